import { Counter, Histogram, Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { FastCounter } from '../../../../src/infra/observability/fast-counter.ts';
import { FastHistogram } from '../../../../src/infra/observability/fast-histogram.ts';
import { Metrics } from '../../../../src/infra/observability/metrics.ts';

const buckets = [0.001, 0.01, 0.1, 1];
const values = [0, 0.0005, 0.001, 0.0011, 0.05, 0.1, 0.2, 1, 1.5, 40];

/** The same metric in two registries, one of them the library's own. */
const newPair = () => {
  const registries = [new Registry(), new Registry()] as const;
  const settings = { name: 'm', help: 'what it says', labelNames: ['service', 'type'] };
  const [own, theirs] = registries.map((registry) => ({ ...settings, registers: [registry] }));
  if (!own || !theirs) throw new TypeError('two');
  const texts = () => Promise.all(registries.map((registry) => registry.metrics()));
  return { own, theirs, texts };
};

it('shows a histogram as the library would', async () => {
  const { own, theirs, texts } = newPair();
  const [fast, slow] = [
    new FastHistogram({ ...own, buckets }),
    new Histogram({ ...theirs, buckets }),
  ];
  for (const type of ['a', 'b "quoted"']) {
    const labels = { service: 'cart', type };
    for (const value of values) {
      fast.bind(labels).observe(value);
      slow.observe(labels, value);
    }
  }

  const [shown, expected] = await texts();

  expect(shown).toBe(expected);
  expect(shown).toContain('m_bucket{le="+Inf",service="cart",type="a"} 10');
});

it('leaves out what is no finite number', async () => {
  const { own, texts } = newPair();
  const fast = new FastHistogram({ ...own, buckets }).bind({ service: 'cart', type: 'a' });
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 0.5]) fast.observe(value);

  const [shown] = await texts();

  expect(shown).toContain('m_sum{service="cart",type="a"} 0.5');
  expect(shown).toContain('m_count{service="cart",type="a"} 1');
});

it('shows a counter as the library would, however often it is asked', async () => {
  const { own, theirs, texts } = newPair();
  const [fast, slow] = [new FastCounter(own), new Counter(theirs)];
  const labels = { service: 'cart', type: 'a' };
  for (const by of [1, 5, 0.5]) {
    fast.bind(labels).inc(by);
    slow.inc(labels, by);
    await texts();
  }

  const [shown, expected] = await texts();

  expect(shown).toBe(expected);
  expect(shown).toContain('m{service="cart",type="a"} 6.5');
});

const traced = (id: string) => `00-${id.repeat(32)}-${'1'.repeat(16)}-01`;

it('shows the last trace of each bucket in OpenMetrics, and in no other format', async () => {
  const metrics = new Metrics('cart');
  const wait = metrics.histogram('millrace_commit_seconds', {});
  wait.observe(0.003, traced('a'), 1_000);
  wait.observe(0.004, traced('b'), 2_500);
  wait.observe(0.004);
  wait.observe(40, traced('c'), 3_000);
  wait.observe(0.02, 'no trace', 3_000);
  metrics.counter('millrace_commit_conflicts_total', {}).inc(3);

  const { body, contentType } = await metrics.expose('openmetrics');

  expect(contentType).toContain('application/openmetrics-text');
  expect(body.split('\n').filter((line) => line.includes(' # '))).toEqual([
    `millrace_commit_seconds_bucket{le="0.005",service="cart"} 3 # {trace_id="${'b'.repeat(32)}"} 0.004 2.5`,
    `millrace_commit_seconds_bucket{le="+Inf",service="cart"} 5 # {trace_id="${'c'.repeat(32)}"} 40 3`,
  ]);
  expect(body).toContain('# TYPE millrace_commit_conflicts counter\n');
  expect(body).toContain('millrace_commit_conflicts_total{service="cart"} 3\n');
  expect(body.endsWith('# EOF\n')).toBe(true);
  const text = await metrics.expose();
  expect(text.contentType).toContain('text/plain');
  expect(text.body).not.toContain('trace_id');
  expect(text.body).toContain('# TYPE millrace_commit_conflicts_total counter\n');
  expect(text.body).toContain('millrace_commit_conflicts_total{service="cart"} 3\n');
});
