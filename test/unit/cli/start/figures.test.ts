import { expect, test } from 'vitest';
import {
  AvailabilityLog,
  availabilityOf,
  meanTimes,
} from '../../../../src/cli/start/availability.ts';
import { figuresOf } from '../../../../src/cli/start/figures.ts';
import { quantileOf } from '../../../../src/cli/start/histogram.ts';
import { MetricHistory } from '../../../../src/cli/start/metric-history.ts';
import { readPrometheusText } from '../../../../src/cli/start/prometheus-text.ts';

const exposition = (service: string, fast: number, slow: number): string => `
# HELP millrace_event_response_seconds From publish to settled.
# TYPE millrace_event_response_seconds histogram
millrace_event_response_seconds_bucket{le="0.1",service="${service}"} ${fast}
millrace_event_response_seconds_bucket{le="0.5",service="${service}"} ${fast + slow}
millrace_event_response_seconds_bucket{le="+Inf",service="${service}"} ${fast + slow}
millrace_event_response_seconds_sum{service="${service}"} ${fast * 0.05 + slow * 0.3}
millrace_event_response_seconds_count{service="${service}"} ${fast + slow}
millrace_event_visible_seconds_sum{service="${service}"} ${slow * 0.2}
millrace_event_visible_seconds_count{service="${service}"} ${slow}
millrace_events_settled_total{service="${service}",type="x",outcome="done"} ${fast}
millrace_events_settled_total{service="${service}",type="x",outcome="dead"} ${slow}
millrace_events_settled_total{service="${service}",type="x",outcome="retry"} 1000
millrace_worker_ready{service="${service}"} 1
`;

test('the text format of Prometheus is read: labels, escapes, infinities, comments', () => {
  const text =
    '# TYPE a counter\na 1\nb{x="1",y="a\\"b\\\\c\\nd"} 2.5e3 1700000000\nc{le="+Inf"} +Inf\n\n';

  expect(readPrometheusText(text)).toEqual([
    { name: 'a', labels: {}, value: 1 },
    { name: 'b', labels: { x: '1', y: 'a"b\\c\nd' }, value: 2500 },
    { name: 'c', labels: { le: '+Inf' }, value: Number.POSITIVE_INFINITY },
  ]);
});

test('a quantile is interpolated within its bar, and never beyond the last bound', () => {
  const buckets = [
    { upTo: 0.1, count: 60 },
    { upTo: 0.5, count: 100 },
    { upTo: Number.POSITIVE_INFINITY, count: 100 },
  ];

  expect(quantileOf(buckets, 0.5)).toBeCloseTo(0.1 * (50 / 60));
  expect(quantileOf(buckets, 0.8)).toBeCloseTo(0.1 + 0.4 * (20 / 40));
  expect(
    quantileOf(
      [
        { upTo: 1, count: 1 },
        { upTo: Number.POSITIVE_INFINITY, count: 4 },
      ],
      0.9,
    ),
  ).toBe(1);
  expect(quantileOf([], 0.5)).toBeUndefined();
  expect(quantileOf([{ upTo: 1, count: 0 }], 0.5)).toBeUndefined();
});

test('the five figures are those that a hand computes, of what was counted in the window only', () => {
  const history = new MetricHistory();
  history.begin('cart 1', exposition('cart', 1000, 0));
  history.begin('user 1', exposition('user', 0, 0));
  history.add('cart 1', exposition('cart', 1060, 40));
  history.add('user 1', exposition('user', 100, 0));

  const availability = new AvailabilityLog(['user', 'cart']);
  const figures = figuresOf({
    increases: history.increases(),
    seconds: 10,
    services: ['user', 'cart'],
    availability,
  });

  const [user, cart] = figures.services;
  expect(user?.responseMs).toBeCloseTo(50);
  expect(cart?.responseMs).toBeCloseTo((60 * 50 + 40 * 300) / 100);
  expect(figures.all.responseMs).toBeCloseTo((160 * 50 + 40 * 300) / 200);
  expect(user?.throughput).toBe(10);
  expect(cart?.throughput).toBe(10);
  expect(figures.all.throughput).toBe(20);
  expect(figures.latencyMs).toBeCloseTo(200);
  expect(cart?.responseP50Ms).toBeCloseTo(100 * (50 / 60));
});

test('a process that was started again adds to what it had counted before', () => {
  const history = new MetricHistory();
  history.begin('cart 1 100', 'x_total 5\n');
  history.add('cart 1 100', 'x_total 25\n');
  history.add('cart 1 200', 'x_total 7\n');
  history.add('cart 1 200', 'x_total 3\n');

  expect([...history.increases().values()]).toEqual([
    { name: 'x_total', labels: {}, value: 20 + 7 + 3 },
  ]);
});

test('availability is the share of the time that a service was up', () => {
  const log = new AvailabilityLog(['user', 'cart']);
  const note = (user: boolean, cart: boolean, ms: number): void =>
    log.note(
      new Map([
        ['user', user],
        ['cart', cart],
      ]),
      ms,
    );

  note(true, true, 6000);
  note(true, false, 1000);
  note(false, false, 500);
  note(true, true, 2500);

  const cart = log.services.get('cart') ?? log.system;
  expect(availabilityOf(cart)).toBeCloseTo(8500 / 10_000);
  expect(meanTimes(cart)).toEqual({ betweenMs: 8500, repairMs: 1500 });
  expect(availabilityOf(log.system)).toBeCloseTo(0.85);
  expect(log.services.get('user')).toMatchObject({ failures: 1, downMs: 500 });
});

test('what never failed has no times between failures and is wholly available', () => {
  const log = new AvailabilityLog(['cart']);

  expect(availabilityOf(log.system)).toBe(1);
  expect(meanTimes(log.system)).toBeUndefined();
});
