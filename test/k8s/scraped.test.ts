import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { metricTable } from '../../src/infra/observability/metric-table.ts';
import { type Manifest, processesIn } from './manifest.ts';
import { render } from './render.ts';

const plain = join(import.meta.dirname, '../../k8s/observability/rules/prometheus.yaml');

interface PodMonitor extends Manifest {
  readonly spec: {
    readonly podMetricsEndpoints: readonly {
      readonly relabelings: readonly {
        readonly sourceLabels: readonly string[];
        readonly regex: string;
        readonly targetLabel: string;
      }[];
    }[];
  };
}

interface PlainConfig {
  readonly scrape_configs: readonly {
    readonly relabel_configs: readonly {
      readonly source_labels: readonly string[];
      readonly regex: string;
      readonly target_label?: string;
    }[];
  }[];
}

/** How a plain Prometheus says whose target it is. */
const plainRule = () => {
  const { scrape_configs } = parse(readFileSync(plain, 'utf8')) as PlainConfig;
  const rule = scrape_configs[0]?.relabel_configs.find(
    ({ target_label }) => target_label === 'process',
  );
  if (!rule) throw new Error('prometheus.yaml gives no label "process"');
  return rule;
};

test('Prometheus knows whose a target is before it has answered, by the name of its service', async (context) => {
  const workloads = processesIn(await render(context, 'dev'));
  const { source_labels, regex } = plainRule();
  const names = workloads.map(
    ({ spec }) => spec.template.metadata.labels['app.kubernetes.io/name'] ?? '',
  );

  expect(source_labels).toEqual(['__meta_kubernetes_pod_label_app_kubernetes_io_name']);
  // Prometheus holds a pattern against the whole.
  expect(names.map((name) => name.replace(new RegExp(`^(?:${regex})$`), '$1')).sort()).toEqual([
    ...['cart', 'gateway', 'observer', 'product', 'user'],
  ]);
});

test('that of an operator does as a plain one', async (context) => {
  const manifests = await render(context, 'dev', ['prometheus-operator']);
  const monitor = manifests.find((one): one is PodMonitor => one.kind === 'PodMonitor');
  const { source_labels, regex } = plainRule();

  expect(monitor?.spec.podMetricsEndpoints.map(({ relabelings }) => relabelings)).toEqual([
    [{ sourceLabels: source_labels, regex, targetLabel: 'process' }],
  ]);
});

test('no metric has that label: it would be called something else where the two meet', () => {
  const labels = Object.values(metricTable).flatMap((metric) => [...metric.labels]);

  expect(labels).toContain('service');
  expect(labels).not.toContain('process');
});
