import { Chain, type Linked } from './chain.ts';
import { type Cancel, type Clock, sleep } from './clock.ts';
import type { Decode } from './decode.ts';
import type { Delivery, EventSource, RunningSource, Settlement } from './delivery.ts';
import { Lanes, type Turn } from './lanes.ts';
import type { IncomingEvent, Outcome, Process, Seat } from './process.ts';

export interface ConsumptionOptions {
  readonly source: EventSource;
  readonly decode: Decode;
  readonly process: Process;
  readonly clock: Clock;
  /** How many events are handled at a time. */
  readonly concurrency: number;
  /** How many deliveries are held at a time, those that wait in lanes included. */
  readonly prefetch: number;
  /** The lease of a delivery: it is renewed each third of it. */
  readonly ackWaitMs: number;
  /** Told of every delivery as it comes. */
  readonly onDelivery?: (delivery: Delivery) => void;
  /** Told when this process becomes the owner of a partition. */
  readonly onAcquire?: (partition: number) => void;
}

interface Held extends Linked<Held> {
  readonly delivery: Delivery;
  event: IncomingEvent;
  leasedAt: number;
  /** Its partition was released while it was being worked on. */
  released: 'hand-back' | 'forget' | undefined;
}

/** Who waits until nothing of a partition is being worked on. */
interface Release {
  readonly partition: number;
  readonly resolve: () => void;
}

/** How many times its prefetch a consumption holds at most, when keys wait. */
const mostHeld = 8;

/** Partitions are given up after so long, although a slow handler still runs: the guard of its commit keeps that safe. */
const handOverMs = 500;

/** What was left when a consumption stopped. */
export interface Stopped {
  /** Deliveries that were handed back unstarted. */
  readonly handedBack: number;
  /** Handlers that were still running when the time was over; the broker delivers their events again. */
  readonly abandoned: number;
}

/** Takes deliveries from a source, works on them in lanes, and settles each by its outcome. */
export class Consumption {
  readonly #options: ConsumptionOptions;
  readonly #lanes: Lanes<Held>;
  readonly #held = new Chain<Held>();
  #running: RunningSource | undefined;
  #releases: Release[] = [];
  #cancelRenewal: Cancel | undefined;
  #stopping = false;

  constructor(options: ConsumptionOptions) {
    this.#options = options;
    this.#lanes = new Lanes({
      limit: options.concurrency,
      clock: options.clock,
      work: (held) => this.#work(held),
    });
  }

  /** How many deliveries are held and not settled. */
  get inFlight(): number {
    return this.#held.size;
  }

  /** How many events wait for their next try. */
  get waiting(): number {
    return this.#lanes.waiting;
  }

  /** True while the source is connected, bound and asking for more. */
  isPulling(): boolean {
    return !this.#stopping && (this.#running?.isPulling() ?? false);
  }

  /** Up to which sequence every event of a partition is settled, as far as is known. */
  settledUpTo(partition: number): number {
    return this.#running?.settledUpTo(partition) ?? 0;
  }

  start(): void {
    this.#running = this.#options.source.start({
      room: () => this.#room(),
      take: (delivery) => this.#take(delivery),
      acquire: (partition) => this.#options.onAcquire?.(partition),
      release: (partition, how) => this.#release(partition, how),
    });
    this.#renewLeases();
  }

  /**
   * What waits behind a failing event of its key is not counted, so that one bad key does not use up
   * the room of all others; but there is an end to that too.
   */
  #room(): number {
    const { prefetch } = this.#options;
    const busy = this.#held.size - this.#lanes.blocked;
    return Math.min(prefetch - busy, prefetch * mostHeld - this.#held.size);
  }

  /**
   * Drains: takes nothing more, hands back what has not started, waits for what has.
   *
   * A handler that is still running after `graceMs` is left alone: its event comes again elsewhere,
   * and whatever it still commits, the other side finds in the state.
   */
  async stop(graceMs: number): Promise<Stopped> {
    this.#stopping = true;
    const unstarted = this.#lanes.close();
    const handedBack = this.#handBackAfter(this.#running?.stop(), unstarted);
    const over = new AbortController();
    const { clock } = this.#options;
    const idle = this.#lanes.idle().then(() => over.abort());
    const givenUp = Promise.race([idle, sleep(clock, handOverMs, over.signal)])
      .then(() => handedBack)
      .then(() => this.#running?.close());
    await Promise.race([idle, sleep(clock, graceMs, over.signal)]);
    const abandoned = over.signal.aborted ? 0 : this.#held.size - unstarted.length;
    // Nothing runs any more, so what is still held was about to wait for its next try.
    if (over.signal.aborted)
      for (const held of this.#held) this.#settle(held, { kind: 'hand-back' });
    await handedBack;
    await givenUp;
    this.#held.clear();
    this.#cancelRenewal?.();
    return { handedBack: unstarted.length, abandoned };
  }

  /** While a pull is open, what is handed back would come straight back to it. */
  async #handBackAfter(sourceStopped: Promise<void> | undefined, unstarted: readonly Held[]) {
    await sourceStopped;
    for (const held of unstarted) this.#settle(held, { kind: 'hand-back' });
  }

  #take(delivery: Delivery): void {
    const { decode, clock, onDelivery } = this.#options;
    onDelivery?.(delivery);
    if (this.#stopping) {
      delivery.settle({ kind: 'hand-back' });
      return;
    }
    const decoded = decode(delivery.message);
    // No state tells whether it has been handled; if it has not, it comes by itself.
    if (delivery.isRead && (decoded.problem || !decoded.route)) {
      delivery.settle({ kind: 'leave' });
      return;
    }
    const deliveries = delivery.attempt;
    const event = deliveries === 1 ? decoded : { ...decoded, deliveries };
    const held: Held = {
      delivery,
      event: seated(event, this.#lanes),
      leasedAt: clock.elapsed(),
      released: undefined,
      before: undefined,
      after: undefined,
      isLinked: false,
    };
    this.#held.add(held);
    // What has no key is a lane of its own: nothing has to wait for it.
    const lane = event.place.token || `#${delivery.message.stream}.${delivery.message.sequence}`;
    this.#lanes.add(lane, held);
  }

  /** What has started goes on to its end; whatever it still commits, the next owner finds in the state. */
  async #release(partition: number, how: 'hand-back' | 'forget'): Promise<void> {
    const isOfIt = ({ delivery }: Held) => delivery.partition === partition;
    for (const held of this.#lanes.withdraw(isOfIt)) {
      if (how === 'hand-back') this.#settle(held, { kind: 'hand-back' });
      else this.#held.delete(held);
    }
    let isWorking = false;
    for (const held of this.#held) {
      if (!isOfIt(held)) continue;
      held.released = how;
      isWorking = true;
    }
    if (!isWorking) return;
    await new Promise<void>((resolve) => this.#releases.push({ partition, resolve }));
  }

  #endReleases(): void {
    this.#releases = this.#releases.filter(({ partition, resolve }) => {
      for (const { delivery } of this.#held) if (delivery.partition === partition) return true;
      resolve();
      return false;
    });
  }

  #work(held: Held): Promise<Turn> {
    return this.#options.process(held.event).then((outcome) => this.#turn(held, outcome));
  }

  #turn(held: Held, outcome: Outcome): Turn {
    if (outcome.kind !== 'retry') {
      const erase = outcome.kind === 'dead' && held.event.mayHoldSecret;
      this.#settle(held, { kind: erase ? 'erase' : 'done' });
      return 'finished';
    }
    if (held.released === 'forget') {
      this.#held.delete(held);
      this.#endReleases();
      return 'finished';
    }
    if (this.#stopping || held.released) {
      this.#settle(held, { kind: 'hand-back' });
      return 'finished';
    }
    if (outcome.counts) held.event = { ...held.event, attempt: held.event.attempt + 1 };
    return { againAfterMs: outcome.afterMs };
  }

  #settle(held: Held, settlement: Settlement): void {
    // After a drain that ran out of time the lease may be somebody else's: stay silent.
    if (!this.#held.delete(held)) return;
    held.delivery.settle(settlement);
    this.#running?.refill();
    if (this.#releases.length > 0) this.#endReleases();
  }

  #renewLeases(): void {
    const { clock, ackWaitMs } = this.#options;
    this.#cancelRenewal = clock.after(ackWaitMs / 3, () => {
      const before = clock.elapsed() - ackWaitMs / 4;
      for (const held of this.#held) {
        if (held.leasedAt > before) continue;
        held.leasedAt = clock.elapsed();
        held.delivery.extend();
      }
      this.#renewLeases();
    });
  }
}

/** The same object: it was made for this delivery, and another one for each would cost more than it is worth. */
const seated = (event: IncomingEvent & { seat?: Seat }, seat: Seat): IncomingEvent => {
  event.seat = seat;
  return event;
};
