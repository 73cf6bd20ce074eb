import { Metrics } from '../../src/infra/observability/metrics.ts';

/** Takes whatever it is told and keeps nothing. */
const nothing = { inc: () => {}, dec: () => {}, set: () => {}, observe: () => {} };

/** Metrics that count nothing: what is left when observability is taken away. */
export class DarkMetrics extends Metrics {
  override counter() {
    return nothing;
  }

  override histogram() {
    return nothing;
  }

  override gauge() {
    // A gauge can do more, which nobody asks of it.
    return nothing as unknown as ReturnType<Metrics['gauge']>;
  }

  override forget(): void {}
}
