import { type ConnectionOptions, connect, type NatsConnection } from 'nats';
import { BusUnavailable } from '../pipeline/errors.ts';
import { type Access, accessOptions } from './access.ts';
import { endRequestsWithConnection } from './end-requests.ts';

/** The oldest broker that is supported: earlier ones ignore what the commit rests on, in silence. */
export const oldestServer = '2.14.3';

export interface NatsOptions extends Access {
  /** One or more addresses, `nats://host:port`. */
  readonly servers: readonly string[];
  /** Who this is, for the broker's own lists. */
  readonly name: string;
  /** How many replicas each stream has. */
  readonly replicas: number;
  readonly storage: 'file' | 'memory';
  /** The most bytes a stream may hold; more are refused, nothing is dropped. */
  readonly maxBytes?: number | undefined;
  /** How long to wait for a first connection. @default 30000 */
  readonly firstConnectionMs?: number;
}

/**
 * Connects, keeps trying until there is a broker, and never gives up once connected.
 *
 * @throws BusUnavailable when there is none in time, or when it is too old: the version is named.
 */
export const openConnection = async (
  options: NatsOptions,
  onTrouble?: (what: string) => void,
): Promise<NatsConnection> => {
  const connection = await firstConnection(options, onTrouble);
  const version = connection.info?.version ?? 'unknown';
  if (!isAtLeast(version, oldestServer)) {
    await connection.close();
    throw new BusUnavailable(
      `nats-server ${version} at ${addressesOf(options)} is too old: ${oldestServer} or newer is needed`,
    );
  }
  if (!connection.info?.headers || connection.info.jetstream !== true) {
    await connection.close();
    throw new BusUnavailable(`nats-server at ${addressesOf(options)} runs without JetStream`);
  }
  endRequestsWithConnection(connection);
  return connection;
};

const firstConnection = async (
  options: NatsOptions,
  onTrouble?: (what: string) => void,
): Promise<NatsConnection> => {
  // A wrong path does not come right by waiting.
  const access = accessOptions(options, options.servers, onTrouble ?? (() => {}));
  const until = performance.now() + (options.firstConnectionMs ?? 30_000);
  for (let tries = 0; ; tries++) {
    try {
      return await connect({ ...connectionOptions(options), ...access });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      const what = `no nats-server at ${addressesOf(options)}: ${why}`;
      if (performance.now() >= until) throw new BusUnavailable(what, { cause });
      // Said once: who waits should know for what.
      if (tries === 0) onTrouble?.(what);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
};

const connectionOptions = ({ servers, name }: NatsOptions): ConnectionOptions => ({
  servers: [...servers],
  name,
  // The defaults give up for ever after 20 seconds.
  maxReconnectAttempts: -1,
  reconnectTimeWait: 200,
  reconnectJitter: 200,
  ignoreAuthErrorAbort: true,
  timeout: 3000,
  // A half-open link is noticed after about ten seconds instead of four minutes.
  pingInterval: 5000,
  maxPingOut: 2,
  // A stack trace per request costs as much as the request.
  noAsyncTraces: true,
  inboxPrefix: inboxPrefixOf(name),
});

/** How long closing waits until what was sent has arrived. */
const flushMs = 2_000;

/** Sends what waits, if there is a connection, then closes. */
export const closeConnection = async (
  connection: NatsConnection,
  isConnected: boolean,
): Promise<void> => {
  if (isConnected) {
    // A broker that no longer answers must not hold up whoever is leaving.
    const patience = new Promise((resolve) => setTimeout(resolve, flushMs).unref());
    await Promise.race([connection.flush().catch(() => undefined), patience]);
  }
  await connection.close();
};

/** Replies come under a prefix of their own, so that permissions can keep services apart. */
export const inboxPrefixOf = (name: string): string =>
  `_INBOX_${name.replace(/[^A-Za-z0-9_-]/g, '_')}`;

/** Addresses without what stands before their `@`: for people to read. */
const addressesOf = ({ servers }: NatsOptions): string =>
  servers.map((address) => address.replace(/\/\/[^/]*@/, '//')).join(', ');

/** Compares `2.14.3` with `2.15.0-RC.1`: by the three numbers; an unreadable version is too old. */
export const isAtLeast = (version: string, least: string): boolean => {
  const found = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (!found) return false;
  const wanted = least.split('.').map(Number);
  for (let index = 0; index < 3; index++) {
    const difference = Number(found[index + 1]) - (wanted[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
};
