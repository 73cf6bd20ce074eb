import type { Clock } from '../../infra/pipeline/clock.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { topologyOf } from '../../infra/runtime/topology-of.ts';
import { AvailabilityLog } from './availability.ts';
import { type Figures, figuresOf } from './figures.ts';
import { MetricHistory } from './metric-history.ts';
import { readPrometheusText } from './prometheus-text.ts';
import type { Exposition, Shop } from './shop.ts';

const everyMs = 500;

/** Asks the processes of a shop again and again what they count, as Prometheus would. */
export class RunWatch {
  readonly #shop: Shop;
  readonly #services: readonly AnyService[];
  readonly #clock: Clock;
  readonly #history = new MetricHistory();
  readonly #availability: AvailabilityLog;
  readonly #startedAt: number;
  #seenAt: number;
  #cancel = (): void => {};
  #looking: Promise<void> = Promise.resolve();

  private constructor(shop: Shop, services: readonly AnyService[], clock: Clock) {
    this.#shop = shop;
    this.#services = services;
    this.#clock = clock;
    this.#availability = new AvailabilityLog(services.map(({ name }) => name));
    this.#startedAt = clock.now();
    this.#seenAt = this.#startedAt;
  }

  /** Begins the window: what was counted before does not belong to it. */
  static async begin(shop: Shop, services: readonly AnyService[], clock: Clock): Promise<RunWatch> {
    const expositions = await shop.expose();
    const watch = new RunWatch(shop, services, clock);
    for (const { process, text } of expositions) watch.#history.begin(process, text);
    watch.#lookLater();
    return watch;
  }

  /** Ends the window and computes its figures. */
  async end(): Promise<Figures> {
    const seconds = (this.#clock.now() - this.#startedAt) / 1000;
    this.#cancel();
    await this.#looking;
    this.#cancel();
    await this.#look();
    return figuresOf({
      increases: this.#history.increases(),
      seconds,
      services: this.#services.map(({ name }) => name),
      availability: this.#availability,
    });
  }

  #lookLater(): void {
    this.#cancel = this.#clock.after(everyMs, () => {
      this.#looking = this.#look().then(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    const expositions = await this.#shop.expose();
    for (const { process, text } of expositions) this.#history.add(process, text);
    const ups = await Promise.all(
      this.#services.map(async (service) => {
        const isUp = isReady(service, expositions) || !(await this.#isAwaited(service));
        return [service.name, isUp] as const;
      }),
    );
    const now = this.#clock.now();
    this.#availability.note(new Map(ups), now - this.#seenAt);
    this.#seenAt = now;
  }

  /** Whether anything waits for the service: without that nobody misses it. */
  async #isAwaited(service: AnyService): Promise<boolean> {
    try {
      const { consumers } = topologyOf(service, 1);
      const lags = await Promise.all(consumers.map((consumer) => this.#shop.bus.lag(consumer)));
      return lags.some(({ pending, unacknowledged }) => pending + unacknowledged > 0);
    } catch {
      // Without a broker everybody waits.
      return true;
    }
  }
}

const isReady = ({ name }: AnyService, expositions: readonly Exposition[]): boolean =>
  expositions
    .filter(({ service }) => service === name)
    .some(({ text }) =>
      readPrometheusText(text).some(
        (sample) => sample.name === 'millrace_worker_ready' && sample.value === 1,
      ),
    );
