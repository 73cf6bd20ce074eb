import { pino } from 'pino';
import { readPrometheusText } from '../../src/cli/start/prometheus-text.ts';
import type { ServiceStream } from '../../src/contracts/streams.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { Metrics } from '../../src/infra/observability/metrics.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { type RunningObserver, startObserver } from '../../src/observer/start-observer.ts';

/** An observer in this process, with a connection and metrics of its own. */
export interface ObserverUnderTest extends AsyncDisposable {
  readonly bus: NatsBus;
  readonly metrics: Metrics;
  readonly running: RunningObserver;
  /** The values of a metric by the values of its labels; only those with these labels. */
  values(name: string, labels?: Readonly<Record<string, string>>): Promise<readonly number[]>;
  /** What it answers to an autoscaler. */
  lag(service: string): Promise<{ readonly status: number; readonly body: LagBody }>;
}

type LagBody = Readonly<Record<string, string | number>>;

/** Starts an observer on a test's servers that looks five times a second. */
export const startObserverOn = async (
  servers: readonly string[],
  streams: readonly ServiceStream[],
): Promise<ObserverUnderTest> => {
  const options = { servers, name: 'observer', replicas: 1, storage: 'file' as const };
  const bus = await NatsBus.connect(options);
  const metrics = new Metrics('observer');
  const running = startObserver({
    ...{ bus, metrics, streams },
    environment: { OBSERVE_EVERY_MS: 200 },
    logger: pino({ level: 'silent' }),
    clock: systemClock,
  });
  return {
    ...{ bus, metrics, running },
    values: async (name, labels = {}) =>
      readPrometheusText((await metrics.expose()).body)
        .filter((sample) => sample.name === name)
        .filter((sample) =>
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
        )
        .map(({ value }) => value),
    lag: async (service) => {
      const answer = await running.pages.get('lag')?.(`/lag/${service}`);
      return { status: answer?.status ?? 0, body: JSON.parse(answer?.body ?? '{}') };
    },
    [Symbol.asyncDispose]: async () => {
      await running.stop();
      await bus[Symbol.asyncDispose]();
    },
  };
};
