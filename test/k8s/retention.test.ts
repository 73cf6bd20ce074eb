import { expect, test } from 'vitest';
import { seriesBudget } from '../../src/infra/observability/metric-table.ts';
import { rules } from '../observability/prometheus-files.ts';
import { bytes, componentOf, containerOf, processesIn, workloadsIn } from './manifest.ts';
import { render } from './render.ts';

const hours = { h: 1, d: 24 };

/** The longest time over which a rule asks, in hours. */
const longest = Math.max(
  ...rules.flatMap(({ expr }) =>
    [...expr.matchAll(/\[(\d+)([hd])\]/g)].map(
      ([, amount, unit]) => Number(amount) * hours[unit as keyof typeof hours],
    ),
  ),
);

const scrapesADay = (24 * 60 * 60) / 15;
/** Prometheus' own rule of thumb is one to two. */
const bytesASample = 2;

test('Prometheus keeps what the rules ask for, and has room for it', async (context) => {
  const manifests = await render(context, 'prod', ['plain-monitoring']);
  const prometheus = workloadsIn(manifests).find(({ metadata }) => metadata.name === 'prometheus')!;
  const argument = (name: string) =>
    containerOf(prometheus)
      .args.find((arg) => arg.startsWith(`--storage.tsdb.retention.${name}=`))
      ?.split('=')[1] ?? '';
  const days = Number(/^(\d+)d$/.exec(argument('time'))?.[1]);
  const series = processesIn(manifests).reduce(
    (sum, workload) =>
      sum +
      (workload.spec.replicas ?? 0) *
        seriesBudget[componentOf(workload) as keyof typeof seriesBudget],
    0,
  );
  const [volume] = prometheus.spec.volumeClaimTemplates ?? [];

  expect(longest).toBe(30 * 24);
  expect(days * 24).toBeGreaterThanOrEqual(longest + 24);
  expect(series).toBeGreaterThan(10_000);
  expect(series * scrapesADay * days * bytesASample).toBeLessThan(bytes(argument('size')));
  expect(bytes(argument('size'))).toBeLessThanOrEqual(
    0.9 * bytes(volume?.spec.resources.requests.storage ?? ''),
  );
});
