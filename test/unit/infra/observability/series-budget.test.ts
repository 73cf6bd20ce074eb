import { pino } from 'pino';
import { expect, it } from 'vitest';
import { readPrometheusText } from '../../../../src/cli/start/prometheus-text.ts';
import { measureBus } from '../../../../src/infra/observability/measure-bus.ts';
import {
  measureDeliveries,
  measureEvents,
} from '../../../../src/infra/observability/measure-events.ts';
import { seriesBudget } from '../../../../src/infra/observability/metric-table.ts';
import { Metrics } from '../../../../src/infra/observability/metrics.ts';
import type { AnyService } from '../../../../src/infra/pipeline/define-service.ts';
import type { Delivery } from '../../../../src/infra/pipeline/delivery.ts';
import {
  deadReasons,
  type IncomingEvent,
  type Outcome,
} from '../../../../src/infra/pipeline/process.ts';
import { cart } from '../../../../src/workers/cart/service.ts';
import { product } from '../../../../src/workers/product/service.ts';
import { user } from '../../../../src/workers/user/service.ts';
import { TestClock } from '../../../support/test-clock.ts';

const error = new Error('no luck');
const outcomes: readonly Outcome[] = [
  ...(['handled', 'duplicate', 'ignored', 'parked', 'postponed'] as const).map(
    (how) => ({ kind: 'done', how, facts: 1 }) as const,
  ),
  { kind: 'retry', afterMs: 1, counts: true, error },
  ...deadReasons.map((reason) => ({ kind: 'dead', reason, error }) as const),
];

/** The series of a worker to whose events everything has happened that can. */
const seriesOf = async (service: AnyService): Promise<number> => {
  const clock = new TestClock();
  const metrics = new Metrics(service.name);
  metrics.exportProcess();
  const routes = [...service.routes, ...service.reactions];
  const types = routes.map(({ contract }) => contract.type);
  const measure = measureEvents(metrics, clock, types);
  for (const route of [...routes, undefined]) {
    for (const outcome of outcomes) {
      // All that is looked at of an event.
      const message = { storedAt: clock.now(), stream: 'S', sequence: 1 };
      const event = { route, message, envelope: {}, attempt: 1, deliveries: 1 };
      await measure(event as unknown as IncomingEvent, outcome, 1);
    }
  }
  const bus = measureBus(metrics, pino({ level: 'silent' }));
  bus.onBatch({ decisions: 1, seconds: 1 });
  bus.onRoundTrip(1);
  for (const stream of new Set(routes.map(({ contract }) => contract.stream.name))) {
    measureDeliveries(metrics, stream)({ attempt: 2 } as Delivery);
    bus.onOwned({ stream, partitions: [1] });
    bus.onTakeover({ stream, partition: 1, recalled: 1, seconds: 1 });
    for (const code of ['400', '404', '408', '409', '423', '503', 'none']) {
      bus.onPullError({ stream, code });
    }
  }
  return readPrometheusText((await metrics.expose()).body).length;
};

/** Gauges of the worker as such, what trimming shows, and garbage collections of every kind. */
const besides = 100;

it.each([user, product, cart])(
  'a worker of $name stays within its budget whatever happens to its events',
  async (service) => {
    const series = await seriesOf(service);

    expect(series).toBeGreaterThan(150);
    expect(series + besides).toBeLessThanOrEqual(seriesBudget.worker);
  },
);
