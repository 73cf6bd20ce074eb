import type { Cancel, Clock } from './clock.ts';
import type { Seat } from './process.ts';

/** What the work on an item says: it is finished, or it waits so long and is then tried again. */
export type Turn = 'finished' | { readonly againAfterMs: number };

interface Lane<Item> {
  readonly key: string;
  readonly items: Item[];
  running: boolean;
  cancelWait: Cancel | undefined;
}

export interface LanesOptions<Item> {
  /** How many items are worked on at a time, over all lanes, without those that left their seat. */
  readonly limit: number;
  readonly clock: Clock;
  /** Must not reject. */
  readonly work: (item: Item) => Promise<Turn>;
}

/** So many empty lanes are kept. */
const mostEmpty = 1_000;

/**
 * Keys in parallel, one key serially: each key has a lane, and a lane does its items one by one.
 *
 * An item that waits for its next try blocks its own lane and nobody else: it holds no place among
 * those that are worked on.
 */
export class Lanes<Item> implements Seat {
  readonly #options: LanesOptions<Item>;
  /** Also empty ones, for when their keys come again. */
  #lanes = new Map<string, Lane<Item>>();
  #empty = 0;
  readonly #ready: Lane<Item>[] = [];
  #running = 0;
  /** How many of those have left their seat. */
  #away = 0;
  #blocked = 0;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  constructor(options: LanesOptions<Item>) {
    this.#options = options;
  }

  /** How many items are in lanes whose first item waits for its next try, that one included. */
  get blocked(): number {
    return this.#blocked;
  }

  /** How many items wait for their next try: one a lane. */
  get waiting(): number {
    let waiting = 0;
    for (const { cancelWait } of this.#lanes.values()) if (cancelWait) waiting++;
    return waiting;
  }

  /** One of the items that are worked on only waits from now on: another one may be worked on meanwhile. */
  leave(): void {
    this.#away++;
    if (!this.#closed) this.#fill();
  }

  /** It goes on, also when there is no seat free for it now. */
  comeBack(): void {
    this.#away--;
  }

  /** Puts an item at the end of its key's lane. */
  add(key: string, item: Item): void {
    const lane = this.#lanes.get(key) ?? this.#open(key);
    const waits = lane.items.push(item) > 1;
    if (waits) {
      if (lane.cancelWait) this.#blocked++;
      return;
    }
    this.#empty--;
    this.#ready.push(lane);
    this.#fill();
  }

  /** Gives back, in order of their lanes, the items that match and are not being worked on. */
  withdraw(matches: (item: Item) => boolean): Item[] {
    const withdrawn: Item[] = [];
    for (const lane of this.#lanes.values()) {
      const waited = lane.cancelWait ? lane.items.length : 0;
      const [first] = lane.items;
      const kept = lane.items.filter(
        (item, at) => (at === 0 && lane.running) || !matches(item) || !withdrawn.push(item),
      );
      if (kept.length === lane.items.length) continue;
      lane.items.splice(0, lane.items.length, ...kept);
      this.#blocked += (lane.cancelWait ? kept.length : 0) - waited;
      if (lane.cancelWait && kept[0] !== first) this.#wake(lane);
      if (kept.length === 0) this.#remove(lane);
    }
    return withdrawn;
  }

  /** Starts nothing any more and gives back, in order of their lanes, the items that are not being worked on. */
  close(): Item[] {
    this.#closed = true;
    this.#ready.length = 0;
    this.#blocked = 0;
    const left: Item[] = [];
    for (const lane of this.#lanes.values()) {
      lane.cancelWait?.();
      left.push(...lane.items.splice(lane.running ? 1 : 0));
      if (!lane.running) this.#lanes.delete(lane.key);
    }
    return left;
  }

  /** Resolves when nothing is being worked on; after {@link close}. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#running === 0) resolve();
      else this.#whenIdle = resolve;
    });
  }

  #open(key: string): Lane<Item> {
    if (this.#empty >= mostEmpty) this.#forgetEmpty();
    const lane = { key, items: [], running: false, cancelWait: undefined };
    this.#lanes.set(key, lane);
    this.#empty++;
    return lane;
  }

  /** A new map, because one that is added to and deleted from all the time keeps garbage alive (see Chain). */
  #forgetEmpty(): void {
    const used = [...this.#lanes].filter(([, { items }]) => items.length > 0);
    this.#lanes = new Map(used);
    this.#empty = 0;
  }

  #remove(lane: Lane<Item>): void {
    this.#empty++;
    const at = this.#ready.indexOf(lane);
    if (at !== -1) this.#ready.splice(at, 1);
  }

  #fill(): void {
    while (this.#running - this.#away < this.#options.limit) {
      const lane = this.#ready.shift();
      if (!lane) return;
      this.#start(lane);
    }
  }

  #start(lane: Lane<Item>): void {
    const item = lane.items[0];
    if (item === undefined) return;
    this.#running++;
    lane.running = true;
    void this.#options.work(item).then((turn) => this.#end(lane, turn));
  }

  #end(lane: Lane<Item>, turn: Turn): void {
    this.#running--;
    lane.running = false;
    if (turn !== 'finished' && !this.#closed) {
      lane.cancelWait = this.#options.clock.after(turn.againAfterMs, () => this.#wake(lane));
      this.#blocked += lane.items.length;
    } else {
      lane.items.shift();
      if (lane.items.length === 0) this.#empty++;
      else this.#ready.push(lane);
    }
    if (!this.#closed) this.#fill();
    else if (this.#running === 0) this.#whenIdle?.();
  }

  #wake(lane: Lane<Item>): void {
    lane.cancelWait?.();
    lane.cancelWait = undefined;
    this.#blocked -= lane.items.length;
    this.#ready.push(lane);
    this.#fill();
  }
}
