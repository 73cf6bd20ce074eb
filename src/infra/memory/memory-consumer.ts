import { readSubject } from '../../contracts/streams.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { Delivery, InboundMessage, Settlement, Sink } from '../pipeline/delivery.ts';
import type { ConsumerDeclaration, Lag } from '../pipeline/ports.ts';
import { type Lease, Leases } from './leases.ts';
import type { MemoryStream, StreamReader } from './memory-stream.ts';
import { SequenceQueue } from './sequence-queue.ts';
import { type SubjectFilter, subjectFilter } from './subject-filter.ts';

/** One durable consumer, and whose it is. */
export interface DurableConsumer extends ConsumerDeclaration {
  /** The reading service, of which this may be one partition. */
  readonly reader: string;
}

/**
 * One durable consumer: what it has still to deliver, what is leased, what comes again.
 *
 * All sinks attached to it share its deliveries, in turn. What comes again goes before what is new.
 */
export class MemoryConsumer implements StreamReader {
  readonly #stream: MemoryStream;
  readonly #matches: SubjectFilter;
  readonly #leases: Leases;
  readonly #waiting = new SequenceQueue();
  readonly #again = new SequenceQueue();
  /** Of each message that was delivered and is not settled: how often. */
  readonly #attempts = new Map<number, number>();
  /** What is not settled, by partition. */
  readonly #unsettled = new Map<number, SequenceQueue>();
  #declaration: DurableConsumer;
  #sinks: readonly Sink[] = [];
  #last = 0;
  #turn = 0;
  #isAwake = false;

  constructor(declaration: DurableConsumer, stream: MemoryStream, clock: Clock) {
    this.#declaration = declaration;
    this.#stream = stream;
    this.#matches = subjectFilter(declaration.filter);
    this.#leases = new Leases(clock, (sequences) => {
      for (const sequence of sequences) this.#comeAgain(sequence);
    });
  }

  get name(): Pick<DurableConsumer, 'stream' | 'durable' | 'reader'> {
    return this.#declaration;
  }

  get filter(): string {
    return this.#declaration.filter;
  }

  /** Takes up what the stream holds already, and then what comes. */
  open(): void {
    for (const message of this.#stream.from(1, this.#matches)) this.onStored(message);
    this.#stream.subscribe(this);
  }

  /** Changes lease and bound for deliveries from now on. */
  update(declaration: DurableConsumer): void {
    this.#declaration = declaration;
    this.wake();
  }

  /** Delivers to a sink too, until the returned function is called. */
  attach(sink: Sink): () => void {
    const attached: Sink = {
      room: () => sink.room(),
      take: (delivery) => sink.take(delivery),
      acquire: (partition) => sink.acquire(partition),
      release: (partition, how) => sink.release(partition, how),
    };
    this.#sinks = [...this.#sinks, attached];
    this.wake();
    return () => {
      this.#sinks = this.#sinks.filter((other) => other !== attached);
    };
  }

  /** Delivers soon, never at once: whoever publishes or settles is done with it first. */
  wake(): void {
    if (this.#isAwake) return;
    this.#isAwake = true;
    setImmediate(() => {
      this.#isAwake = false;
      this.#deliverWhatFits();
    });
  }

  lag(): Lag {
    return { pending: this.#waiting.size, unacknowledged: this.#attempts.size };
  }

  /** When the oldest unsettled message of a partition was stored. */
  oldestUnsettled(partition: number): number | undefined {
    const sequence = this.#unsettled.get(partition)?.first();
    return sequence === undefined ? undefined : this.#stream.get(sequence)?.storedAt;
  }

  /** Everything up to this sequence is settled. */
  settledUpTo(): number {
    const firsts = [...this.#unsettled.values()].map((sequences) => sequences.first());
    return Math.min(...firsts.map((first) => (first ?? Infinity) - 1), this.#last);
  }

  close(): void {
    this.#sinks = [];
    this.#leases.close();
  }

  onStored({ subject, sequence }: InboundMessage): void {
    if (!this.#matches(subject)) return;
    this.#last = sequence;
    this.#waiting.push(sequence);
    this.#unsettledWith(subject).push(sequence);
    this.wake();
  }

  onRemoved({ subject, sequence }: InboundMessage): void {
    if (!this.#matches(subject)) return;
    this.#waiting.remove(sequence);
    this.#again.remove(sequence);
    this.#attempts.delete(sequence);
    this.#unsettledWith(subject).remove(sequence);
  }

  #deliverWhatFits(): void {
    // What a sink hands back while this runs is for the next time, or it would never end.
    for (let left = this.#again.size + this.#waiting.size; left > 0; left--) {
      const sink = this.#sinkWithRoom();
      const sequence = sink && this.#nextSequence();
      const message = sequence && this.#stream.get(sequence);
      if (!sink || !message) return;
      sink.take(this.#lease(message));
    }
  }

  #sinkWithRoom(): Sink | undefined {
    for (let step = 0; step < this.#sinks.length; step++) {
      const sink = this.#sinks[this.#turn++ % this.#sinks.length];
      if (sink && sink.room() > 0) return sink;
    }
    return undefined;
  }

  #nextSequence(): number | undefined {
    const again = this.#again.shift();
    if (again !== undefined) return again;
    const hasRoom = this.#attempts.size < this.#declaration.maxAckPending;
    return hasRoom ? this.#waiting.shift() : undefined;
  }

  #lease(message: InboundMessage): Delivery {
    const { sequence } = message;
    const attempt = (this.#attempts.get(sequence) ?? 0) + 1;
    this.#attempts.set(sequence, attempt);
    const lease = this.#leases.grant(sequence, this.#declaration.ackWaitMs);
    return {
      message,
      attempt,
      settle: (settlement) => this.#settle(message, lease, settlement),
      extend: () => this.#leases.renew(lease),
    };
  }

  /** A lease that is over, or was settled before, is somebody else's business by now. */
  #settle({ subject, sequence }: InboundMessage, lease: Lease, { kind }: Settlement): void {
    if (!this.#leases.end(lease)) return;
    if (kind === 'hand-back' || kind === 'leave') {
      this.#comeAgain(sequence);
      return;
    }
    this.#attempts.delete(sequence);
    this.#unsettledWith(subject).remove(sequence);
    // A stream of retries holds what waits, and nothing else.
    const isRetry = this.#declaration.stream.role === 'retries';
    if (kind === 'erase' || isRetry) this.#stream.remove(sequence);
    this.wake();
  }

  #comeAgain(sequence: number): void {
    // It may have been erased by somebody else meanwhile.
    if (!this.#attempts.has(sequence)) return;
    this.#again.push(sequence);
    this.wake();
  }

  #unsettledWith(subject: string): SequenceQueue {
    const partition = readSubject(subject)?.partition ?? -1;
    const known = this.#unsettled.get(partition) ?? new SequenceQueue();
    this.#unsettled.set(partition, known);
    return known;
  }
}
