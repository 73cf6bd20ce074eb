import type { ServiceStream } from '../contracts/streams.ts';
import type { Clock } from '../infra/pipeline/clock.ts';
import { Letters } from '../infra/pipeline/letters.ts';
import type { Bus } from '../infra/pipeline/ports.ts';
import type { StreamSight, StreamWatch } from '../infra/pipeline/stream-watch.ts';
import type { Upkeep } from '../infra/pipeline/upkeep.ts';
import { Arrivals } from './arrivals.ts';
import { streamsBeside } from './observed-streams.ts';
import { Repeated } from './repeated.ts';
import { lagOf, type ObservedStream, type ServiceLag } from './service-lag.ts';

export interface ObservationOptions {
  /** Those of the services. */
  readonly streams: readonly ServiceStream[];
  readonly bus: Bus & { readonly watch: StreamWatch; readonly upkeep: Upkeep };
  readonly clock: Clock;
  readonly everyMs: number;
  readonly onFailure: (stream: ServiceStream, error: unknown) => void;
}

/** What was set aside of a service. */
export interface LettersSight {
  /** Dead letters that nobody has ruled on. */
  readonly held: number;
  readonly oldestAt: number | undefined;
  readonly parkedKeys: number;
}

/** The dead letters of a service that are looked at; nothing where there is no stream yet. */
export interface ObservedLetters {
  readonly service: string;
  readonly readings: Repeated<LettersSight | undefined>;
}

/** One election is over within this time: followers wait 4 to 9 s before they begin it. */
const leastStaleMs = 10_000;

/**
 * What is known of all services' streams, of what waits for them and of what was set aside.
 *
 * Each is looked at by itself: one that does not answer holds up no other.
 */
export class Observation {
  readonly services: readonly string[];
  readonly streams: readonly ObservedStream[];
  readonly letters: readonly ObservedLetters[];
  readonly #options: ObservationOptions;

  constructor(options: ObservationOptions) {
    this.#options = options;
    this.services = options.streams.map(({ service }) => service);
    this.streams = streamsBeside(options.streams).map((stream) => this.#observe(stream));
    this.letters = options.streams.map((stream) => this.#lettersOf(stream));
  }

  start(): void {
    for (const { readings } of [...this.streams, ...this.letters]) readings.start();
  }

  stop(): void {
    for (const { readings } of [...this.streams, ...this.letters]) readings.stop();
  }

  /** What waits for a service; nothing for one that is not observed. */
  lagOf(service: string): ServiceLag | undefined {
    return this.services.includes(service) ? lagOf(service, this.streams) : undefined;
  }

  /** True when at least some of it is known. */
  isSeeing(): boolean {
    return this.streams.some(({ readings }) => readings.seen().kind === 'seen');
  }

  /** How a stream is, as far as is known. */
  sightOf({ name }: ServiceStream): StreamSight | undefined {
    const seen = this.streams.find(({ stream }) => stream.name === name)?.readings.seen();
    return seen?.kind === 'seen' ? seen.value : undefined;
  }

  #observe(stream: ServiceStream): ObservedStream {
    const { bus, clock } = this.#options;
    const arrivals = new Arrivals();
    const readings = this.#repeat(stream, async () => {
      const elapsedMs = clock.elapsed();
      const sight = await bus.watch.look(stream);
      arrivals.note({ elapsedMs, consumers: sight?.consumers ?? [] });
      return sight;
    });
    return { stream, readings, arrivals };
  }

  #lettersOf(stream: ServiceStream): ObservedLetters {
    const { bus } = this.#options;
    const letters = new Letters(bus, bus.upkeep, stream);
    const readings = this.#repeat(stream, async (signal) => {
      if (!this.sightOf(stream)) return undefined;
      await letters.look(signal);
      const { count, oldestAt } = letters.held();
      return { held: count, oldestAt, parkedKeys: letters.parkedKeys };
    });
    return { service: stream.service, readings };
  }

  #repeat<Value>(
    stream: ServiceStream,
    read: (signal: AbortSignal) => Promise<Value>,
  ): Repeated<Value> {
    const { clock, everyMs, onFailure } = this.#options;
    const staleMs = Math.max(3 * everyMs, leastStaleMs);
    const failed = (error: unknown) => onFailure(stream, error);
    return new Repeated({ read, clock, everyMs, staleMs, onFailure: failed });
  }
}
