import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../src/cli/provision/run-command.ts';
import { freePort } from '../bench-server.ts';
import { findProgram } from './find-program.ts';
import { OwnProcess } from './own-process.ts';
import type { RunningSystem, System } from './system.ts';

/** Redis as a queue wants it: every change in a file that is synced once a second, nothing evicted. */
const settings = ['--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];

/** The redis-server of PATH, in a temporary folder. */
export const redisSystem: System = {
  name: 'redis-server',
  find: async () => {
    const program = await findProgram('redis-server');
    if (program === undefined) return { kind: 'missing', needs: 'redis-server on the PATH' };
    const version = /v=([\d.]+)/.exec(await runCommand(program, ['--version']))?.[1] ?? 'unknown';
    return { kind: 'found', version, start: () => start(program) };
  },
};

const start = async (program: string): Promise<RunningSystem> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const port = await freePort();
  const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
  const server = await OwnProcess.start(program, [...place, ...settings]);
  await server.listening(port);
  return {
    address: `redis://127.0.0.1:${port}`,
    pids: [server.pid],
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
