import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runCommand } from '../../src/cli/provision/run-command.ts';
import { freePort } from '../bench-server.ts';
import { findProgram, postgresFolders } from './find-program.ts';
import { OwnProcess } from './own-process.ts';
import type { RunningSystem, System } from './system.ts';

/** Whom its processes belong to; nothing when they are those of whoever runs the benchmark. */
type Owner = { readonly uid: number; readonly gid: number } | undefined;

/** The Postgres of this machine with the settings it comes with, in a temporary folder. */
export const postgresSystem: System = {
  name: 'postgres',
  find: async () => {
    const initdb = await findProgram('initdb', await postgresFolders());
    if (initdb === undefined) {
      return {
        kind: 'missing',
        needs: 'postgres and initdb on the PATH or in /usr/lib/postgresql',
      };
    }
    const owner = await ownerOfProcesses();
    if (owner === 'nobody') {
      return { kind: 'missing', needs: 'a user "postgres", since Postgres does not run as root' };
    }
    const programs = dirname(initdb);
    const said = await runCommand(join(programs, 'postgres'), ['--version']);
    const version = /[\d.]+/.exec(said)?.[0] ?? 'unknown';
    return { kind: 'found', version, start: () => start(programs, owner) };
  },
};

/** Postgres refuses to run as root: then it runs as the user that its package makes. */
const ownerOfProcesses = async (): Promise<Owner | 'nobody'> => {
  if (userInfo().uid !== 0) return undefined;
  try {
    const ids = [
      await runCommand('id', ['-u', 'postgres']),
      await runCommand('id', ['-g', 'postgres']),
    ];
    const [uid = 0, gid = 0] = ids.map(Number);
    return { uid, gid };
  } catch {
    return 'nobody';
  }
};

const start = async (programs: string, owner: Owner): Promise<RunningSystem> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  if (owner) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const as = { ...owner, cwd: folder };
  const made = ['-D', data, '-U', 'bench', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  await promisify(execFile)(join(programs, 'initdb'), made, as);
  const place = ['-D', data, '-p', `${port}`, '-k', folder, '-h', '127.0.0.1'];
  const server = await OwnProcess.start(join(programs, 'postgres'), place, as);
  await server.listening(port);
  return {
    address: `postgres://bench@127.0.0.1:${port}/postgres`,
    pids: [server.pid],
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
