import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingEvent } from '../../../src/contracts/define-event.ts';
import { encodeEvent } from '../../../src/infra/pipeline/encode.ts';
import { BusRefused } from '../../../src/infra/pipeline/errors.ts';
import type { RawPublisher } from '../../../src/infra/pipeline/ports.ts';
import { eventId, History } from '../checker/history.ts';
import type { Random } from '../random.ts';
import type { Act } from '../service/contract.ts';

/** What a load consists of. */
export interface LoadPlan {
  readonly keys: number;
  readonly events: number;
  readonly perSecond: number;
  /** What an event makes its handler do; `index` counts over all keys. */
  readonly act?: (index: number, random: Random) => Act | undefined;
}

export interface LoadOptions {
  readonly plan: LoadPlan;
  readonly random: Random;
  readonly publisher: RawPublisher;
  readonly event: (name: string, key: number, n: number, act: Act | undefined) => OutgoingEvent;
}

/** So many publishes wait for their acknowledgement at a time; more wait until some are answered. */
const mostInFlight = 512;
/** How long one publish is tried, under one id, before its producer says that it knows nothing. */
const tryForMs = 5_000;
/** So long the producers of a run go on trying. */
const giveUpMs = 180_000;

/** Some keys need escaping, which must make no difference. */
const nameOf = (key: number): string => (key % 7 === 3 ? `key ${key}` : `k${key}`);

/** Producers that send each key its numbers, one after the other, and remember what they were told. */
export class Load {
  readonly history: History;
  readonly #options: LoadOptions;
  readonly #lanes: Promise<void>[];
  readonly #sent: number[];
  #inFlight = 0;
  #invoked = 0;
  #unknown = 0;

  constructor(options: LoadOptions) {
    const { keys } = options.plan;
    this.#options = options;
    this.history = new History(Array.from({ length: keys }, (_, key) => nameOf(key)));
    this.#lanes = Array.from({ length: keys }, () => Promise.resolve());
    this.#sent = Array.from({ length: keys }, () => 0);
  }

  /** How many events there will be. */
  get planned(): number {
    return this.#options.plan.events;
  }

  /** How many events were sent, answered or not. */
  get invoked(): number {
    return this.#invoked;
  }

  /** How often a publish had to be tried again because nobody knew what had become of it. */
  get unknown(): number {
    return this.#unknown;
  }

  /** How many publishes wait for an answer. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Sends everything at its pace; resolves when everything is answered, or given up. */
  async run(): Promise<void> {
    const { events, perSecond } = this.#options.plan;
    let startedAt = performance.now();
    for (let index = 0; index < events; index++) {
      while (this.#inFlight >= mostInFlight) {
        const from = performance.now();
        await sleep(5);
        // What could not be sent is not sent all at once afterwards.
        startedAt += performance.now() - from;
      }
      const aheadMs = startedAt + (index / perSecond) * 1000 - performance.now();
      if (aheadMs > 2) await sleep(aheadMs);
      this.#send(index);
    }
    await Promise.all(this.#lanes);
  }

  /** Resolves when this share of the events (0 to 1) is sent. */
  async share(part: number): Promise<void> {
    const { events } = this.#options.plan;
    while (this.#invoked < Math.floor(events * part)) await sleep(10);
  }

  /**
   * Publishes some events once more, exactly as they were; resolves to how many were stored again,
   * because the broker had forgotten their ids.
   */
  async repeat(count: number): Promise<number> {
    const { plan, random, publisher } = this.#options;
    let stored = 0;
    for (let time = 0; time < count; time++) {
      const key = random.between(0, plan.keys - 1);
      const n = random.between(1, this.#sent[key] ?? 1);
      if (typeof this.history.publishesOf(key)[n] !== 'number') continue;
      const event = this.#options.event(this.history.keys[key] ?? '', key, n, undefined);
      const id = eventId(key, n);
      const { duplicate } = await publisher.publishRaw(messageOf(event, id), id, giveUpMs);
      if (!duplicate) stored++;
    }
    return stored;
  }

  #send(index: number): void {
    const { plan, random } = this.#options;
    const key = random.between(0, plan.keys - 1);
    const n = (this.#sent[key] ?? 0) + 1;
    this.#sent[key] = n;
    const act = plan.act?.(index, random);
    if (act && act.kind !== 'slow') this.history.bother(key);
    if (act && dooms(act)) this.history.doom(key, n);
    this.#inFlight++;
    const lane = this.#lanes[key] ?? Promise.resolve();
    this.#lanes[key] = lane.then(() => this.#publish(key, n, act));
  }

  async #publish(key: number, n: number, act: Act | undefined): Promise<void> {
    const { history } = this;
    const event = this.#options.event(history.keys[key] ?? '', key, n, act);
    const id = eventId(key, n);
    const message = messageOf(event, id);
    history.invoke(key, n);
    this.#invoked++;
    for (const until = performance.now() + giveUpMs; performance.now() < until; ) {
      try {
        const { sequence } = await this.#options.publisher.publishRaw(message, id, tryForMs);
        history.settle(key, n, sequence);
        break;
      } catch (error) {
        if (error instanceof BusRefused && error.lasting) {
          history.settle(key, n, 'refused');
          break;
        }
        this.#unknown++;
        await sleep(50);
      }
    }
    this.#inFlight--;
  }
}

/** So often a handler that does worse than fail is tried at the most, however many processes it takes. */
export const forEver = 1_000;

const dooms = (act: Act): boolean =>
  act.kind === 'refuse' || ('times' in act && act.times === forEver);

/** The message of an event, as any producer sends it. */
export const messageOf = (event: OutgoingEvent, id: string) => {
  const { type, version } = event.contract;
  const time = new Date().toISOString();
  return encodeEvent(event, { id, type, version, source: '/faults', time, correlationId: id });
};
