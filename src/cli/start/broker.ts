import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Clock, sleep } from '../../infra/pipeline/clock.ts';
import type { DataFolder } from './data-folder.ts';
import { endLeftOver } from './end-left-over.ts';
import { freePort } from './free-port.ts';
import { StartFailed } from './start-failed.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** The port on which everybody expects a NATS server. */
const preferredPort = 4222;
/** How long it may take to put everything on disk. */
const stopMs = 25_000;

/** What a broker needs. */
export interface BrokerOptions {
  readonly program: string;
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** Stops the waiting for it. */
  readonly signal: AbortSignal;
}

/** A nats-server on this machine alone, with its streams on files. */
export interface Broker {
  readonly process: SupervisedProcess;
  readonly url: string;
}

/**
 * The configuration of the embedded server.
 *
 * A killed server loses nothing; a power cut may take the last seconds with it. Who cannot have that
 * sets `sync_interval: always`, at the price of a disk write for every message.
 */
export const serverConfig = ({ jetStream, serverPid }: DataFolder, port: number): string =>
  [
    '# Written by npm start; changes are overwritten.',
    'server_name: millrace',
    `listen: "127.0.0.1:${port}"`,
    `pid_file: ${JSON.stringify(serverPid)}`,
    'jetstream {',
    `  store_dir: ${JSON.stringify(jetStream)}`,
    '  sync_interval: "5s"',
    '}',
    '',
  ].join('\n');

/** Starts the broker and waits until it answers. @throws when it does not */
export const startBroker = async (options: BrokerOptions): Promise<Broker> => {
  const { program, folder, clock, say } = options;
  await endLeftOver({
    name: 'nats-server',
    pidFile: folder.serverPid,
    sign: folder.serverConfig,
    clock,
    say,
  });
  const port = await freePort(preferredPort);
  if (port !== preferredPort) say(`port ${preferredPort} is taken: the broker listens on ${port}`);
  await writeFile(folder.serverConfig, serverConfig(folder, port));
  const server = new SupervisedProcess({
    name: 'nats-server',
    plan: async () => ({ command: program, args: ['-c', folder.serverConfig], environment: {} }),
    logFile: join(folder.logs, 'nats-server.log'),
    say,
    clock,
  });
  await server.start();
  await untilAnswering(server, port, options);
  return { process: server, url: `nats://127.0.0.1:${port}` };
};

const untilAnswering = async (
  server: SupervisedProcess,
  port: number,
  { clock, signal }: BrokerOptions,
): Promise<void> => {
  while (!(await isAnswering(port))) {
    if (signal.aborted || server.deaths > 2) await server.stop(stopMs);
    signal.throwIfAborted();
    if (server.deaths > 2)
      throw new StartFailed(`nats-server does not start:\n${server.lastWords(5)}`);
    await sleep(clock, 50, signal);
  }
};

const isAnswering = async (port: number): Promise<boolean> => {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'data', { signal: AbortSignal.timeout(1000) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};
