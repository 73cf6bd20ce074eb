/** What became of a publish, as its producer knows it. */
type Publish =
  /** Sent, and never answered: it may or may not be stored. */
  | 'unknown'
  /** Refused: it must not be stored. */
  | 'refused'
  /** Acknowledged: it is stored under this sequence. */
  | number;

/** What must become of an event whose handler is well: it is applied, or it ends as a dead letter. */
export type Fate = 'applied' | 'dead';

const idPattern = /^e-(\d+)-(\d+)$/;

/** The id of a key's event: the key by its number, the event by its place among those of the key, from 1. */
export const eventId = (key: number, n: number): string => `e-${key}-${n}`;

/** The key's number and the event's of an id; nothing when it is none of the load's. */
export const readEventId = (id: string): readonly [key: number, n: number] | undefined => {
  const found = idPattern.exec(id);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
};

/**
 * What the producers of a run did and were told: the one side that the checker compares.
 *
 * Events are known by their key's number and their number within it, so that a million of them fit.
 */
export class History {
  readonly keys: readonly string[];
  readonly #publishes: Publish[][];
  readonly #doomed = new Set<string>();
  readonly #bothered = new Set<number>();
  readonly #strays = new Map<string, Publish>();
  #acknowledged = 0;

  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.#publishes = keys.map(() => []);
  }

  /** How many publishes were acknowledged, the strays among them. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Events that are no event of a key (broken ones), by their ids: each must end as a dead letter. */
  get strays(): ReadonlyMap<string, Publish> {
    return this.#strays;
  }

  /** An event is about to be sent. */
  invoke(key: number, n: number): void {
    this.#of(key)[n] ??= 'unknown';
  }

  settle(key: number, n: number, publish: Publish): void {
    if (typeof publish === 'number' && typeof this.#of(key)[n] !== 'number') this.#acknowledged++;
    this.#of(key)[n] = publish;
  }

  settleStray(id: string, publish: Publish): void {
    if (typeof publish === 'number') this.#acknowledged++;
    this.#strays.set(id, publish);
  }

  /** Its handler can never handle it: it must end as a dead letter. */
  doom(key: number, n: number): void {
    this.#doomed.add(eventId(key, n));
  }

  /** Some of the key's events fail or are slow on purpose: it says nothing about how long keys stall. */
  bother(key: number): void {
    this.#bothered.add(key);
  }

  /** What became of the publishes of a key, by their numbers; there is none of number 0. */
  publishesOf(key: number): readonly (Publish | undefined)[] {
    return this.#publishes[key] ?? [];
  }

  fateOf(key: number, n: number): Fate {
    return this.#doomed.has(eventId(key, n)) ? 'dead' : 'applied';
  }

  isBothered(key: number): boolean {
    return this.#bothered.has(key);
  }

  #of(key: number): Publish[] {
    const publishes = this.#publishes[key];
    if (!publishes) throw new RangeError(`there is no key ${key}`);
    return publishes;
  }
}
