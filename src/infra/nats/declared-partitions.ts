import type { NatsConnection } from 'nats';
import type { ServiceStream } from '../../contracts/streams.ts';
import { BusUnavailable } from '../pipeline/errors.ts';
import { type Topology, TopologyConflict } from '../pipeline/ports.ts';
import type { JsApi } from './js-api.ts';
import { checkPartitions } from './topology.ts';

export interface DeclaredPartitionsOptions {
  readonly connection: NatsConnection;
  readonly api: JsApi;
  /** Says from now on that a process of a service is there. */
  readonly show: (service: string) => void;
  readonly onTrouble: (what: string) => void;
  /** A stream has another number of partitions by now: this process must not do anything any more. */
  readonly onMoved: (why: string) => void;
}

/** A broker that has just started may not answer yet. */
const againMs = 250;
/** So long whoever wants to write waits for a connection that is confirmed. */
const patienceMs = 3_000;

/**
 * Keeps a process that declares a number of partitions from writing by it when it holds no longer.
 *
 * A process has effects only over its connection. While it has one, the broker can tell that somebody
 * of its service is there, busy or frozen, and nobody moves a stream then. When it gets a new one,
 * streams may have been moved meanwhile: nothing is written before each was seen to have as many
 * partitions as are declared. It says that it is there first, and looks afterwards; who moves a stream
 * closes it first, and then looks whether somebody is there: one of the two sees the other.
 */
export class DeclaredPartitions {
  readonly #options: DeclaredPartitionsOptions;
  /** What it writes to, and what it consumes. */
  readonly #streams = new Map<string, ServiceStream>();
  /** What it only follows: nothing is written by their partitions, so nobody waits for them. */
  readonly #followed = new Map<string, ServiceStream>();
  readonly #waiting = new Set<() => void>();
  #isConfirmed = true;
  /** Ends what an earlier connection has still under way. */
  #round = 0;

  constructor(options: DeclaredPartitionsOptions) {
    this.#options = options;
  }

  /** From now on this process counts on the partitions of these streams, for whom it reads. */
  declare({ streams, others = [], consumers }: Topology): void {
    // Who reads nothing durably writes request events at most, whose partitions the broker computes.
    if (consumers.length === 0) return;
    const consumed = consumers.map(({ stream }) => stream);
    for (const stream of [...streams, ...consumed])
      if (!stream.role) this.#streams.set(stream.name, stream);
    for (const stream of others)
      if (!stream.role && !consumed.includes(stream)) this.#followed.set(stream.name, stream);
    for (const { durable } of consumers) this.#options.show(durable);
  }

  /** The connection is lost: what streams were before it says nothing. */
  disconnected(): void {
    this.#round++;
    this.#isConfirmed = false;
  }

  /** Looks at the streams over a new connection; true when the process may go on. */
  async reconnected(): Promise<boolean> {
    const round = ++this.#round;
    if (!(await this.#areAsDeclared(this.#streams, round))) return false;
    this.#confirm();
    void this.#areAsDeclared(this.#followed, round);
    return true;
  }

  /** Asks until all are seen; false when they are not as declared, or when nobody waits any more. */
  async #areAsDeclared(
    streams: ReadonlyMap<string, ServiceStream>,
    round: number,
  ): Promise<boolean> {
    while (round === this.#round && !this.#options.connection.isClosed()) {
      try {
        for (const stream of streams.values()) await checkPartitions(this.#options.api, stream);
        return round === this.#round;
      } catch (error) {
        if (error instanceof TopologyConflict) {
          this.#options.onMoved(error.message);
          return false;
        }
        this.#options.onTrouble(`partitions: ${String(error)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, againMs));
    }
    return false;
  }

  /** Nothing when writing is allowed; else resolves when it is. @throws BusUnavailable when it is not in time, 3 s at most */
  confirmed(withinMs = patienceMs): Promise<void> | undefined {
    return this.#isConfirmed ? undefined : this.#confirmedIn(Math.min(withinMs, patienceMs));
  }

  async #confirmedIn(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, withinMs);
      this.#waiting.add(end);
    });
    if (!this.#isConfirmed) throw new BusUnavailable('the connection is not confirmed yet');
  }

  #confirm(): void {
    this.#isConfirmed = true;
    for (const end of [...this.#waiting]) end();
  }
}
