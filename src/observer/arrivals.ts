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
 * after a takeover has not come in again. What is removed meanwhile is not seen to have come in either.
 */
export class Arrivals {
  #looks: readonly Look[] = [];

  note(look: Look): void {
    this.#looks = [...this.#looks, look].slice(-looksKept);
  }

  /** Events a second over the last looks; nothing before there were two. */
  perSecond(service: string): number | undefined {
    const [first, ...later] = this.#looks;
    const last = later.at(-1);
    if (!first || !last) return undefined;
    const came = later.reduce(
      (sum, look, index) => sum + cameFor(service, this.#looks[index], look),
      0,
    );
    return (came * 1000) / (last.elapsedMs - first.elapsedMs);
  }
}

/** A consumer that was not there before has brought nothing: what it reads may have lain there long. */
const cameFor = (service: string, before: Look | undefined, now: Look): number =>
  now.consumers
    .filter((each) => each.service === service)
    .reduce((sum, { consumer, stored }) => {
      const known = before?.consumers.find((each) => each.consumer === consumer);
      return sum + (known ? Math.max(0, stored - known.stored) : 0);
    }, 0);
