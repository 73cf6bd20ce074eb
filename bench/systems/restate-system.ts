import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../bench-server.ts';
import { OwnProcess } from './own-process.ts';
import { findPeer } from './peer-packages.ts';
import type { RunningSystem, System } from './system.ts';

/** Where its packages are listed. */
export const restatePeer = 'bench/stores/restate';

/** The Restate server that its package brings, with the settings it comes with, in a temporary folder. */
export const restateSystem: System = {
  name: 'restate-server',
  find: async ({ peersFolder }) => {
    const peer = await findPeer(restatePeer, peersFolder);
    if (peer.kind === 'missing') return peer;
    const program = await programIn(join(peer.folder, 'node_modules', '@restatedev'));
    if (program === undefined) {
      return { kind: 'missing', needs: 'a Restate server for this kind of machine' };
    }
    const version = peer.versions['@restatedev/restate-server'] ?? 'unknown';
    return { kind: 'found', version, start: () => start(program) };
  },
};

/** Each kind of machine has a package of its own, of which npm installs the one that fits. */
const programIn = async (packages: string): Promise<string | undefined> => {
  const fitting = (await readdir(packages)).find((name) => name.startsWith('restate-server-'));
  return fitting && join(packages, fitting, 'bin', 'restate-server');
};

const start = async (program: string): Promise<RunningSystem> => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const at = (port: number): string => `127.0.0.1:${port}`;
  const env = {
    ...process.env,
    RESTATE_INGRESS__BIND_ADDRESS: at(ingress),
    RESTATE_ADMIN__BIND_ADDRESS: at(admin),
    RESTATE_BIND_ADDRESS: at(node),
    RESTATE_DISABLE_TELEMETRY: 'true',
    RUST_LOG: 'warn',
  };
  const args = ['--base-dir', folder, '--node-name', 'bench', '--no-logo', '--listen-mode', 'tcp'];
  const server = await OwnProcess.start(program, args, { env, cwd: folder });
  for (const port of [admin, ingress]) await server.listening(port);
  return {
    // The program registers its service at the one and sends its calls to the other.
    address: `http://${at(ingress)} http://${at(admin)}`,
    pids: [server.pid],
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
