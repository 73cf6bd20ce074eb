import { resolve } from 'node:path';
import type { Clock } from '../../infra/pipeline/clock.ts';
import { aborted } from '../../infra/runtime/shutdown.ts';
import type { Progress } from '../terminal/progress.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { lockFolder, openDataFolder } from './data-folder.ts';
import { isFree, type ReservedPort, reservePort } from './free-port.ts';
import { MemoryShop } from './memory-shop.ts';
import { NatsShop } from './nats-shop.ts';
import { sayCutShort, sayInvitation, sayRun } from './report.ts';
import { runSample, type SampleRun } from './run-sample.ts';
import type { Shop } from './shop.ts';
import type { StartArguments } from './start-arguments.ts';

/** What a start needs besides its arguments. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told of the shop as soon as it runs, so that it can be ended at once. */
  readonly onShop: (shop: Shop) => void;
}

const root = resolve(import.meta.dirname, '../../..');
const preferredPort = 3000;
/** How a command ends that Ctrl-C has cut short. */
const cutShort = 130;

/** Starts the shop and stays until it is stopped; resolves to the exit code. */
export const start = async (asked: StartArguments, around: Surroundings): Promise<number> => {
  const screen = new Screen();
  if (asked.bus === 'memory') {
    const door = await gatewayPort(asked, screen);
    await door.release();
    const shop = await MemoryShop.open({ ...around, port: door.port });
    return runAndStop(shop, asked, { ...around, screen });
  }
  const folder = await openDataFolder(dataPath(asked, around));
  await using _lock = await lockFolder(folder);
  const { say } = screen;
  const door = await gatewayPort(asked, screen);
  try {
    const { replicas, observe } = asked;
    const shop = await NatsShop.open({ ...around, door, folder, replicas, observe, say });
    return await runAndStop(shop, asked, { ...around, screen });
  } catch (error) {
    // Stopped while things were still starting.
    if (around.signal.aborted && error === around.signal.reason) return cutShort;
    throw error;
  } finally {
    await door.release();
  }
};

const runAndStop = async (
  shop: Shop,
  asked: StartArguments,
  around: Surroundings & { readonly screen: Screen },
): Promise<number> => {
  around.onShop(shop);
  try {
    return await run(shop, asked, around);
  } finally {
    around.screen.say('draining');
    await shop.stop();
  }
};

const run = async (
  shop: Shop,
  asked: StartArguments,
  { clock, signal, screen }: Surroundings & { readonly screen: Screen },
): Promise<number> => {
  if (asked.sample) {
    const file = resolve(root, 'sample/shop.ndjson');
    const outcome = await runSample({ shop, file, clock, signal, onProgress: screen.share });
    if (signal.aborted) {
      console.log(`\n${sayCutShort(outcome)}`);
      return cutShort;
    }
    console.log(`\n${sayRun(outcome)}`);
    if (asked.exit) return isAccountedFor(outcome) ? 0 : 1;
  }
  if (asked.exit) return 0;
  console.log(
    `\n${sayAddresses(shop)}\n\n${sayInvitation(shop.gatewayUrl, shop.brokerUrl)}\n\nCtrl-C ends it.`,
  );
  await aborted(signal);
  return 0;
};

const isAccountedFor = ({ replayed, ledger }: SampleRun): boolean =>
  replayed.bad + replayed.unpublished + ledger.missing().length + ledger.doubled().length === 0;

const sayAddresses = (shop: Shop): string => {
  const gateway = [
    ['shop', shop.gatewayUrl],
    ['API', `${shop.gatewayUrl}/docs`],
  ] as const;
  const lines = [...gateway, ...shop.addresses()];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, address]) => `${name.padEnd(width)}  ${address}`).join('\n');
};

const dataPath = ({ data }: StartArguments, { environment }: Surroundings): string =>
  data === undefined
    ? resolve(root, '.millrace')
    : // npm runs scripts in the package's folder; a folder is meant where the user stands.
      resolve(environment['INIT_CWD'] ?? '.', data);

/** The port that was asked for, or else a usual one if it can be had. @throws UsageError */
const gatewayPort = async ({ port }: StartArguments, screen: Screen): Promise<ReservedPort> => {
  if (port !== undefined && !(await isFree(port))) {
    throw new UsageError(`--port ${port} is taken by another program`);
  }
  const door = await reservePort(port ?? preferredPort);
  if (port === undefined && door.port !== preferredPort) {
    screen.say(`port ${preferredPort} is taken: the gateway listens on ${door.port}`);
  }
  return door;
};

/** Lets lines and a progress bar share the terminal. */
class Screen {
  #progress: Progress | undefined;

  readonly say = (line: string): void => {
    if (this.#progress) this.#progress.note(line);
    else console.error(line);
  };

  readonly share = (progress: Progress | undefined): void => {
    this.#progress = progress;
  };
}
