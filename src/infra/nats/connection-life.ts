import type { NatsConnection } from 'nats';
import type { BusWatcher } from './bus-watcher.ts';
import { DeclaredPartitions } from './declared-partitions.ts';
import type { JsApi } from './js-api.ts';
import { watchConnection } from './watch-connection.ts';

export interface ConnectionLifeParts {
  readonly connection: NatsConnection;
  readonly api: JsApi;
  readonly watcher: BusWatcher;
  readonly show: (service: string) => void;
  /** Called at a new connection before everything else. */
  readonly onNew: () => void;
}

/** What becomes of a connection: lost, made again, closed; and who has to know. */
export class ConnectionLife {
  readonly partitions: DeclaredPartitions;
  readonly #parts: ConnectionLifeParts;
  readonly #reconnected = new Set<() => void>();
  readonly #doubted = new Set<() => void>();
  #isConnected = true;
  #isClosing = false;
  /** Why this process closed it itself. */
  #whyClosed: string | undefined;

  constructor(parts: ConnectionLifeParts) {
    const { connection, api, watcher, show } = parts;
    this.#parts = parts;
    this.partitions = new DeclaredPartitions({
      connection,
      api,
      show,
      onTrouble: (what) => watcher.onTrouble?.(what),
      onMoved: (why) => void this.#giveUp(why),
    });
    this.#watch();
  }

  isConnected(): boolean {
    return this.#isConnected && !this.#parts.connection.isClosed();
  }

  /** Calls back at each new connection over which work may go on, until the returned function is called. */
  onReconnect(run: () => void): () => void {
    this.#reconnected.add(run);
    return () => void this.#reconnected.delete(run);
  }

  /**
   * Calls back when the connection is lost, and before anything is sent over a new one: from then on
   * what is believed of the broker may be wrong, until {@link onReconnect} calls back.
   */
  onDoubt(run: () => void): () => void {
    this.#doubted.add(run);
    return () => void this.#doubted.delete(run);
  }

  /** From now on the connection's end is no news. */
  expectEnd(): void {
    this.#isClosing = true;
  }

  /** Streams are not what they were when this process began: it can do nothing right any more. */
  #giveUp(why: string): Promise<void> {
    this.#whyClosed = why;
    this.#parts.watcher.onTrouble?.(why);
    return this.#parts.connection.close();
  }

  async #goOn(): Promise<void> {
    if (!(await this.partitions.reconnected())) return;
    for (const run of [...this.#reconnected]) run();
  }

  #doubt(): void {
    for (const run of [...this.#doubted]) run();
  }

  #watch(): void {
    const { connection, watcher, onNew } = this.#parts;
    watchConnection(connection, {
      onDisconnect: () => {
        this.#isConnected = false;
        this.partitions.disconnected();
        this.#doubt();
      },
      onReconnect: () => {
        this.#isConnected = true;
        onNew();
        this.#doubt();
        watcher.onReconnect?.();
        void this.#goOn();
      },
      onRoundTrip: watcher.onRoundTrip,
      onTrouble: watcher.onTrouble,
      onRefused: watcher.onRefused,
      onClosed: (why) => {
        if (!this.#isClosing) watcher.onClosed?.(this.#whyClosed ?? why);
      },
    });
  }
}
