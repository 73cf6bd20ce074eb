import type { ServiceStream } from '../../contracts/streams.ts';
import type { InboundMessage } from './delivery.ts';
import { leftBehind } from './event-copy.ts';
import type { Bus } from './ports.ts';
import { belongsTo } from './trim.ts';
import { overlap, type Upkeep } from './upkeep.ts';

/** A copy of an event that was too large to hold the event's body: that lies where the event does. */
interface Incomplete {
  readonly copy: number;
  readonly event: number;
  /** Its key waits behind it: who follows the ruling on it has to read it first. */
  readonly parks: boolean;
}

/**
 * Which request events must stay because their dead letter, or their copy that waits behind one,
 * had no room for their body.
 *
 * Copies are read once each; an event may go when its copy is gone or ruled upon, and the order that
 * a parked key be resumed is settled.
 */
export class LeftBehind {
  readonly #bus: Pick<Bus, 'follow'>;
  readonly #upkeep: Upkeep;
  readonly #stream: ServiceStream;
  readonly #partitions = new Map<number, { next: number; incomplete: readonly Incomplete[] }>();

  constructor(bus: Pick<Bus, 'follow'>, upkeep: Upkeep, stream: ServiceStream) {
    this.#bus = bus;
    this.#upkeep = upkeep;
    this.#stream = stream;
  }

  /** The first request event of a partition that must stay; nothing when none must. @throws BusUnavailable */
  async firstIn(partition: number): Promise<number | undefined> {
    const known = this.#partitions.get(partition) ?? { next: 1, incomplete: [] };
    const stays = await Promise.all(
      known.incomplete.map(async (one) => (await this.#isNeeded(partition, one)) && one),
    );
    // Read afterwards: what died again before its order was settled is among what is found.
    const end = (await this.#upkeep.sizeOf(this.#stream)).lastSequence;
    const found = await this.#read(partition, known.next);
    const incomplete = [...stays.filter((one) => one !== false), ...found];
    this.#partitions.set(partition, { next: end + 1, incomplete });
    return incomplete.length > 0 ? Math.min(...incomplete.map(({ event }) => event)) : undefined;
  }

  async #read(partition: number, from: number): Promise<Incomplete[]> {
    const { service } = this.#stream;
    const filters = [`dead.${service}.${partition}.>`, `parked.${service}.${partition}.>`];
    const firsts = await Promise.all(
      filters.map((filter) => this.#upkeep.firstOf(this.#stream, filter, { sequence: from })),
    );
    if (!firsts.some((first) => first)) return [];
    const found: Incomplete[] = [];
    const follower = this.#bus.follow({
      stream: this.#stream,
      filters,
      from,
      take: (message) => found.push(...incompleteIn(message)),
    });
    await follower.caughtUp;
    await follower.stop();
    return found;
  }

  async #isNeeded(partition: number, { copy, parks }: Incomplete): Promise<boolean> {
    const ruling = `ruling.${this.#stream.service}.${partition}.${copy}`;
    const [there, ruled] = await Promise.all([
      this.#upkeep.firstOf(this.#stream, '>', { sequence: copy }),
      this.#upkeep.firstOf(this.#stream, ruling, { sequence: 1 }),
    ]);
    if (there?.sequence !== copy) return false;
    return !ruled || (parks && !(await this.#isSettled(partition, ruled.sequence - 1)));
  }

  /** The order to resume a key lies directly before the ruling that it comes with. */
  async #isSettled(partition: number, order: number): Promise<boolean> {
    const filter = `in.${this.#stream.service}.${partition}.>`;
    const readers = (await this.#upkeep.consumersOf(this.#stream)).filter(
      (reader) =>
        reader.isDurable &&
        belongsTo(this.#stream.service, reader) &&
        reader.filters.some((each) => overlap(each, filter)),
    );
    return readers.length > 0 && readers.every(({ settledUpTo }) => settledUpTo >= order);
  }
}

const incompleteIn = ({ subject, stream, sequence, header }: InboundMessage): Incomplete[] => {
  const begin = `millrace-${subject.slice(0, subject.indexOf('.'))}`;
  const event = Number(header(`${begin}-sequence`));
  // A fact of another service lies in that one's stream.
  const isOwn = (header(`${begin}-stream`) ?? stream) === stream;
  if (header(`${begin}-body`) !== leftBehind || !isOwn || !(event > 0)) return [];
  return [{ copy: sequence, event, parks: header(`${begin}-on-exhausted`) === 'park' }];
};
