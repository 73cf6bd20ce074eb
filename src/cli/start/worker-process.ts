import { join, resolve } from 'node:path';
import { type Clock, sleep } from '../../infra/pipeline/clock.ts';
import type { DataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import type { Exposition } from './shop.ts';
import { StartFailed } from './start-failed.ts';
import { SupervisedProcess } from './supervised-process.ts';

/** One of the shop's own programs, running as a process of its own. */
export interface NodeProcess {
  readonly service: string;
  readonly process: SupervisedProcess;
  /** Where it answers to health checks; another port after each start. */
  healthUrl(): string;
}

/** What a program is started with. */
export interface NodeProcessOptions {
  readonly service: string;
  readonly name: string;
  /** Below `dist`. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** Told at each start, when its address is known. */
  readonly onAddress?: () => void;
}

const child = resolve(import.meta.dirname, '../child/main.js');
const host = '127.0.0.1';

/** Starts a program; whether it is ready is another question. */
export const startNode = async (options: NodeProcessOptions): Promise<NodeProcess> => {
  const { service, name, program, environment, folder, clock, say, onAddress } = options;
  let port = 0;
  const supervised = new SupervisedProcess({
    name,
    plan: async () => {
      port = await freePort();
      onAddress?.();
      const address = { HEALTH_HOST: host, HEALTH_PORT: String(port) };
      return {
        command: process.execPath,
        args: ['--enable-source-maps', child, program],
        environment: { ...environment, ...address },
      };
    },
    logFile: join(folder.logs, `${name.replace(' ', '-')}.log`),
    say,
    clock,
  });
  await supervised.start();
  return { service, process: supervised, healthUrl: () => `http://${host}:${port}` };
};

/** Waits until a process is ready. @throws when it keeps ending, or the signal aborts */
export const untilReady = async (
  { process, healthUrl }: NodeProcess,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  while (!(await isOk(`${healthUrl()}/readyz`))) {
    signal.throwIfAborted();
    if (process.deaths > 2)
      throw new StartFailed(`${process.name} does not start:\n${process.lastWords(3)}`);
    await sleep(clock, 50, signal);
  }
};

/** What a process counts now; nothing when it does not answer. */
export const expositionOf = async ({
  service,
  process,
  healthUrl,
}: NodeProcess): Promise<Exposition | undefined> => {
  const { name, pid } = process;
  const text = await textAt(`${healthUrl()}/metrics`);
  return text === undefined ? undefined : { process: `${name} ${pid}`, service, text };
};

const answerMs = 2000;

const isOk = async (url: string): Promise<boolean> => (await textAt(url)) !== undefined;

const textAt = async (url: string): Promise<string | undefined> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    const text = await response.text();
    return response.ok ? text : undefined;
  } catch {
    // Nobody listens there, or not any more: that is an answer too.
    return undefined;
  }
};
