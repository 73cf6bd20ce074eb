import { Events, type NatsConnection } from 'nats';
import { ConnectionTroubles, type Refused } from './connection-troubles.ts';

/** Told of what becomes of a connection. */
export interface ConnectionWatcher {
  readonly onDisconnect: () => void;
  readonly onReconnect: () => void;
  readonly onRoundTrip: ((seconds: number | undefined) => void) | undefined;
  readonly onTrouble: ((what: string) => void) | undefined;
  /** The broker does not permit something to this process. */
  readonly onRefused: ((refused: Refused) => void) | undefined;
  /** Closed for good, by whomever. */
  readonly onClosed: (why: string) => void;
}

/** How often the broker is pinged to see how long it takes, and how long that may take. */
const pingEveryMs = 5_000;

/** Tells what becomes of a connection, until it is closed. */
export const watchConnection = (connection: NatsConnection, watcher: ConnectionWatcher): void => {
  const { onRoundTrip } = watcher;
  const endPings = onRoundTrip ? ping(connection, onRoundTrip) : () => {};
  void connection.closed().then((error) => {
    endPings();
    watcher.onDisconnect();
    watcher.onClosed(error?.message ?? 'the connection is closed');
  });
  void watchStatus(connection, watcher);
};

const watchStatus = async (
  connection: NatsConnection,
  { onDisconnect, onReconnect, onTrouble, onRefused }: ConnectionWatcher,
): Promise<void> => {
  const troubles = new ConnectionTroubles({ onTrouble, onRefused });
  for await (const status of connection.status()) {
    if (status.type === Events.Disconnect) onDisconnect();
    if (status.type === Events.Reconnect) onReconnect();
    troubles.hear(status);
  }
};

/** An answer that does not come is told as soon as the next one is due. */
const ping = (
  connection: NatsConnection,
  tell: (seconds: number | undefined) => void,
): (() => void) => {
  let isWaiting = false;
  const ask = async (): Promise<void> => {
    if (isWaiting) return tell(undefined);
    isWaiting = true;
    try {
      tell((await connection.rtt()) / 1000);
    } catch {
      tell(undefined);
    }
    isWaiting = false;
  };
  void ask();
  const timer = setInterval(() => void ask(), pingEveryMs).unref();
  return () => clearInterval(timer);
};
