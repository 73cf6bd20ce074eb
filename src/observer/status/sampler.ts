import type { Cancel, Clock } from '../../infra/pipeline/clock.ts';
import type { Bus } from '../../infra/pipeline/ports.ts';
import type { ReplicaReport, Roll } from '../../infra/pipeline/roll.ts';
import { ageOf } from '../lag-page.ts';
import type { ServiceLag } from '../service-lag.ts';
import { Figures, type ServiceSample } from './figures.ts';
import { nothingCounted, ReplicaCounts } from './replica-counts.ts';
import { Replicas } from './replicas.ts';
import type { ReplicaStatus } from './status-document.ts';

export interface SamplerOptions {
  readonly services: readonly string[];
  /** Processes that handle no events, and answer all the same. */
  readonly others: readonly string[];
  readonly bus: Pick<Bus, 'isConnected'> & { readonly roll: Roll };
  readonly lagOf: (service: string) => ServiceLag | undefined;
  readonly clock: Clock;
}

/** From one call to the next. */
const everyMs = 2_000;
/** A replica that takes longer does not answer this time. */
const patienceMs = 700;

/** Calls the replicas of every service again and again, and keeps what they counted meanwhile. */
export class Sampler {
  readonly figures: Figures;
  readonly #options: SamplerOptions;
  readonly #counts = new Map<string, ReplicaCounts>();
  readonly #replicas = new Map<string, Replicas>();
  #cancel: Cancel = () => {};
  #hasEnded = false;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.figures = new Figures(options.services);
    for (const service of options.services) this.#counts.set(service, new ReplicaCounts());
    for (const name of [...options.services, ...options.others]) {
      this.#replicas.set(name, new Replicas());
    }
  }

  start(): void {
    void this.#sample();
  }

  stop(): void {
    this.#hasEnded = true;
    this.#cancel();
  }

  replicasOf(service: string): readonly ReplicaStatus[] {
    return this.#replicas.get(service)?.status ?? [];
  }

  async #sample(): Promise<void> {
    const { services, others, clock } = this.#options;
    const [samples] = await Promise.all([
      Promise.all(services.map((service) => this.#sampleOf(service))),
      ...others.map((name) => this.#call(name)),
    ]);
    if (this.#hasEnded) return;
    this.figures.take(samples, { at: clock.now(), elapsed: clock.elapsed() });
    this.#cancel = clock.after(everyMs, () => void this.#sample());
  }

  async #sampleOf(service: string): Promise<ServiceSample> {
    const { lagOf, clock } = this.#options;
    const reports = await this.#call(service);
    const counted = this.#counts.get(service)?.take(reports ?? [], clock.now()) ?? nothingCounted;
    const lag = reports && lagOf(service);
    const isKnown = lag?.kind === 'known';
    const waitingEvents = isKnown ? lag.pending + lag.unacknowledged : undefined;
    const isReady = reports && this.replicasOf(service).some(({ state }) => state === 'ready');
    const isIdle = waitingEvents === undefined ? undefined : waitingEvents === 0;
    return {
      ...{ service, counted, waitingEvents },
      isUp: isReady || isIdle,
      oldestWaitingSeconds: isKnown ? ageOf(lag.oldestStoredAt, lag.asOf) : undefined,
    };
  }

  /** Nothing without a connection: that nobody is heard then says nothing about anybody. */
  async #call(service: string): Promise<readonly ReplicaReport[] | undefined> {
    const { bus, clock } = this.#options;
    if (!bus.isConnected()) return undefined;
    const [reports, announced] = await Promise.all([
      bus.roll.call(service, patienceMs).catch(() => []),
      bus.roll.announced(service).catch(() => []),
    ]);
    if (!bus.isConnected()) return undefined;
    this.#replicas.get(service)?.take({ reports, announced }, clock.now());
    return reports;
  }
}
