import { type Counted, nothingCounted, plus } from './replica-counts.ts';
import type { FiguresStatus, HistoryStatus, ServiceFigures } from './status-document.ts';
import { Uptime } from './uptime.ts';

/** One service at one moment. */
export interface ServiceSample {
  readonly service: string;
  /** What its replicas counted since the sample before. */
  readonly counted: Counted;
  /** Nothing when nothing is known of it. */
  readonly isUp: boolean | undefined;
  readonly waitingEvents: number | undefined;
  readonly oldestWaitingSeconds: number | undefined;
}

interface Sample {
  /** Milliseconds since 1970; and of the clock that never jumps. */
  readonly at: number;
  readonly elapsed: number;
  readonly seconds: number;
  readonly services: ReadonlyMap<string, ServiceSample>;
}

const windowMs = 300_000;
const keptMs = 900_000;

/** The five figures of the last minutes, and how they came about. */
export class Figures {
  readonly #services: readonly string[];
  readonly #uptimes: ReadonlyMap<string, Uptime>;
  readonly #system = new Uptime();
  readonly #samples: Sample[] = [];

  constructor(services: readonly string[]) {
    this.#services = services;
    this.#uptimes = new Map(services.map((service) => [service, new Uptime()]));
  }

  take(samples: readonly ServiceSample[], { at, elapsed }: Pick<Sample, 'at' | 'elapsed'>): void {
    const before = this.#samples.at(-1);
    const seconds = before ? (elapsed - before.elapsed) / 1000 : 0;
    const services = new Map(samples.map((sample) => [sample.service, sample]));
    this.#samples.push({ at, elapsed, seconds, services });
    while ((this.#samples[0]?.elapsed ?? elapsed) < elapsed - keptMs) this.#samples.shift();
    for (const { service, isUp } of samples) this.#uptimes.get(service)?.note(isUp, elapsed);
    const isKnown = samples.every(({ isUp }) => isUp !== undefined);
    this.#system.note(isKnown ? samples.every(({ isUp }) => isUp) : undefined, elapsed);
  }

  /** What happened within the window, whose first sample only says where it begins. */
  get status(): FiguresStatus {
    const end = this.#samples.at(-1)?.elapsed ?? 0;
    const samples = this.#samples.filter(
      ({ elapsed, seconds }) => elapsed > end - windowMs && seconds > 0,
    );
    const windowSeconds = samples.reduce((sum, { seconds }) => sum + seconds, 0);
    const counted = this.#services.map((service) => ({
      service,
      counted: samples.reduce(
        (sum, { services }) => plus(sum, services.get(service)?.counted ?? nothingCounted),
        nothingCounted,
      ),
    }));
    const all = counted.reduce((sum, one) => plus(sum, one.counted), nothingCounted);
    const services = counted.map((one) => this.#figuresOf(one, windowSeconds));
    return {
      windowSeconds,
      services,
      system: {
        throughputPerSecond: services.reduce((sum, one) => sum + one.throughputPerSecond, 0),
        responseSeconds: mean(all.responseSeconds, all.responses),
        latencySeconds: mean(all.visibleSeconds, all.visible),
        availability: this.#system.availability,
      },
    };
  }

  #figuresOf(
    { service, counted }: { readonly service: string; readonly counted: Counted },
    windowSeconds: number,
  ): ServiceFigures {
    return {
      service,
      settledEvents: counted.settled,
      throughputPerSecond: windowSeconds > 0 ? counted.settled / windowSeconds : 0,
      responseSeconds: mean(counted.responseSeconds, counted.responses),
      availability: (this.#uptimes.get(service) ?? new Uptime()).availability,
    };
  }

  get history(): HistoryStatus {
    const each = (value: (sample: ServiceSample, seconds: number) => number | undefined) =>
      Object.fromEntries(
        this.#services.map((service) => [
          service,
          this.#samples.map(({ services, seconds }) => {
            const sample = services.get(service);
            return (sample && value(sample, seconds)) ?? null;
          }),
        ]),
      );
    return {
      at: this.#samples.map(({ at }) => Math.round(at / 100) / 10),
      services: this.#services,
      throughputPerSecond: each(({ counted }, seconds) =>
        seconds > 0 ? counted.settled / seconds : undefined,
      ),
      waitingEvents: each(({ waitingEvents }) => waitingEvents),
      oldestWaitingSeconds: each(({ oldestWaitingSeconds }) => oldestWaitingSeconds),
      responseSeconds: each(({ counted }) => mean(counted.responseSeconds, counted.responses)),
    };
  }
}

const mean = (sum: number, count: number): number | undefined =>
  count > 0 ? sum / count : undefined;
