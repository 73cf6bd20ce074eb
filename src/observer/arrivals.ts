import type { ConsumerSight } from '../infra/pipeline/stream-watch.ts';

/** How many looks the mean goes over: those of half a minute, as observers are set up. */
const looksKept = 7;

interface Look {
  readonly elapsedMs: number;
  readonly consumers: readonly Pick<ConsumerSight, 'consumer' | 'service' | 'stored'>[];
}

/**
 * How many events come in for the services that read a stream.
 *
 * Told by how many lie in it from one look to the next, and not by deliveries: what is delivered again
 * after a takeover has not come in again. Between two looks of which the later one finds less than the
 * former, something was removed, and nobody can say how much came: that time is left out.
 */
export class Arrivals {
  #looks: readonly Look[] = [];

  note(look: Look): void {
    this.#looks = [...this.#looks, look].slice(-looksKept);
  }

  /** Events a second over the last looks; nothing while no two in a row tell how many came. */
  perSecond(service: string): number | undefined {
    const intervals = this.#looks.slice(1).flatMap((look, index) => {
      const before = this.#looks[index];
      const came = before && cameFor(service, before, look);
      return before === undefined || came === undefined
        ? []
        : [{ came, ms: look.elapsedMs - before.elapsedMs }];
    });
    if (intervals.length === 0) return undefined;
    const came = intervals.reduce((sum, interval) => sum + interval.came, 0);
    const ms = intervals.reduce((sum, interval) => sum + interval.ms, 0);
    return (came * 1000) / ms;
  }
}

/**
 * Nothing when something was removed. A consumer that was not there before has brought nothing: what it
 * reads may have lain there long.
 */
const cameFor = (service: string, before: Look, now: Look): number | undefined => {
  let came = 0;
  for (const { consumer, stored } of now.consumers.filter((each) => each.service === service)) {
    const known = before.consumers.find((each) => each.consumer === consumer);
    if (known && stored < known.stored) return undefined;
    if (known) came += stored - known.stored;
  }
  return came;
};
