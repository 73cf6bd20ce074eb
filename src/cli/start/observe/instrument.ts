import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, sleep } from '../../../infra/pipeline/clock.ts';
import type { DataFolder } from '../data-folder.ts';
import { endLeftOver } from '../end-left-over.ts';
import { StartFailed } from '../start-failed.ts';
import { SupervisedProcess } from '../supervised-process.ts';

/** What programs that watch the shop are started with. */
export interface Surroundings {
  readonly folder: DataFolder;
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** Stops the waiting for them. */
  readonly signal: AbortSignal;
}

/** A program that watches the shop, as a process of its own. */
export interface Instrument {
  readonly process: SupervisedProcess;
  /** What people can look at, a name and an address each. */
  readonly addresses: readonly (readonly [name: string, address: string])[];
}

/** How such a program is started. */
export interface InstrumentPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A folder of its own, named on its command line. */
  readonly home: string;
  /** Where it answers when it is ready. */
  readonly readyUrl: string;
}

/** The folder in which a program keeps what is its own; made when it is not there. */
export const homeOf = async ({ folder }: Surroundings, name: string): Promise<string> => {
  const home = join(folder.path, 'observe', name);
  await mkdir(home, { recursive: true });
  return home;
};

/** Starts a program and waits until it is ready. @throws StartFailed when it keeps ending */
export const startInstrument = async (
  { name, command, args, environment = {}, home, readyUrl }: InstrumentPlan,
  { folder, clock, say, signal }: Surroundings,
): Promise<SupervisedProcess> => {
  const pidFile = join(home, 'process.pid');
  await endLeftOver({ name, pidFile, sign: home, clock, say });
  const supervised = new SupervisedProcess({
    name,
    plan: async () => ({ command, args, environment }),
    logFile: join(folder.logs, `${name}.log`),
    pidFile,
    say,
    clock,
  });
  await supervised.start();
  while (!(await isReady(readyUrl))) {
    if (signal.aborted || supervised.deaths > 2) supervised.kill();
    signal.throwIfAborted();
    if (supervised.deaths > 2)
      throw new StartFailed(`${name} does not start:\n${supervised.lastWords(5)}`);
    await sleep(clock, 100, signal);
  }
  return supervised;
};

const answerMs = 2000;

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Nobody listens there yet.
    return false;
  }
};
