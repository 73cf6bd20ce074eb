import { sharePartitions } from '../../../src/infra/pipeline/share-partitions.ts';
import { WaitingEvents } from './waiting-events.ts';

/** What a service and its workers are, as far as it matters how many there are. Times are in seconds. */
export interface ServiceFigures {
  readonly partitions: number;
  /** Events that one worker settles in a second when there is enough to do. */
  readonly perSecond: number;
  /** From the wish for a worker until it takes its first event. */
  readonly startSeconds: number;
  /** How long a partition stands still when it changes its owner. */
  readonly handoverSeconds: number;
}

interface Worker {
  readonly name: string;
  readonly readyAt: number;
}

interface Partition {
  readonly waiting: WaitingEvents;
  owner: string | undefined;
  standsUntil: number;
}

/**
 * Partitions with their owners and what waits in them: a fluid, in small steps of time. Owners are
 * those that real workers would choose; each shares its rate among its partitions that have work.
 */
export class ServiceModel {
  readonly #figures: ServiceFigures;
  readonly #partitions = new Map<string, Partition>();
  #workers: Worker[] = [];
  #named = 0;
  #now = 0;

  constructor(figures: ServiceFigures, replicas: number) {
    this.#figures = figures;
    for (let partition = 0; partition < figures.partitions; partition++) {
      this.#partitions.set(String(partition), {
        waiting: new WaitingEvents(),
        owner: undefined,
        standsUntil: 0,
      });
    }
    this.#workers = Array.from({ length: replicas }, () => this.#worker(0));
    this.#share();
  }

  get ready(): number {
    return this.#workers.filter(({ readyAt }) => readyAt <= this.#now).length;
  }

  get current(): number {
    return this.#workers.length;
  }

  /** All that waits, of all partitions together. */
  get lag(): number {
    return [...this.#partitions.values()].reduce((sum, { waiting }) => sum + waiting.events, 0);
  }

  /** How long the oldest of all has waited. */
  get age(): number {
    const ages = [...this.#partitions.values()].map(
      ({ waiting }) => this.#now - (waiting.oldest ?? this.#now),
    );
    return Math.max(...ages);
  }

  /** Starts workers, or ends the youngest: those hand over at once. */
  scaleTo(replicas: number): void {
    while (this.#workers.length < replicas) {
      this.#workers.push(this.#worker(this.#now + this.#figures.startSeconds));
    }
    this.#workers = this.#workers.slice(0, replicas);
    this.#share();
  }

  /** Lets time pass. @param arrivals events for each partition in this step */
  step(seconds: number, arrivals: readonly number[]): void {
    const before = this.ready;
    this.#now += seconds;
    if (this.ready !== before) this.#share();
    [...this.#partitions.values()].forEach(({ waiting }, index) => {
      waiting.add(this.#now, arrivals[index] ?? 0);
    });
    for (const { name } of this.#workers) this.#work(name, this.#figures.perSecond * seconds);
  }

  /** One worker's step: equal shares for its partitions, what one does not need goes to the others. */
  #work(name: string, budget: number): void {
    const own = [...this.#partitions.values()]
      .filter(({ owner, standsUntil }) => owner === name && standsUntil <= this.#now)
      .sort((one, other) => one.waiting.events - other.waiting.events);
    let left = budget;
    own.forEach(({ waiting }, index) => {
      left -= waiting.take(left / (own.length - index));
    });
  }

  #share(): void {
    const ready = this.#workers.filter(({ readyAt }) => readyAt <= this.#now);
    const owners = sharePartitions(
      [...this.#partitions.keys()],
      ready.map(({ name }) => name),
    );
    for (const [name, partition] of this.#partitions) {
      const owner = owners.get(name);
      if (owner === partition.owner) continue;
      if (this.#now > 0) partition.standsUntil = this.#now + this.#figures.handoverSeconds;
      partition.owner = owner;
    }
  }

  #worker(readyAt: number): Worker {
    return { name: `worker-${this.#named++}`, readyAt };
  }
}
