import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { cartStream } from '../../src/contracts/cart/stream.ts';
import { productStream } from '../../src/contracts/product/stream.ts';
import { userStream } from '../../src/contracts/user/stream.ts';
import { metricTable } from '../../src/infra/observability/metric-table.ts';
import { lagPage } from '../../src/observer/lag-page.ts';
import { type KnownLag, lagOf } from '../../src/observer/service-lag.ts';
import { type Manifest, ofKind, workersIn } from './manifest.ts';
import { render } from './render.ts';

interface ScaledObject extends Manifest {
  readonly kind: 'ScaledObject';
  readonly spec: {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly fallback: { readonly replicas: number };
    readonly advanced: {
      readonly horizontalPodAutoscalerConfig: { readonly behavior: unknown };
    };
    readonly triggers: readonly {
      readonly type: string;
      readonly metricType: string;
      readonly metadata: {
        readonly url: string;
        readonly valueLocation: string;
        readonly targetValue: string;
      };
    }[];
  };
}

interface HorizontalPodAutoscaler extends Manifest {
  readonly kind: 'HorizontalPodAutoscaler';
  readonly spec: {
    readonly scaleTargetRef: { readonly name: string };
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly behavior: unknown;
    readonly metrics: readonly {
      readonly external?: {
        readonly metric: {
          readonly name: string;
          readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
        };
        readonly target: { readonly type: string; readonly averageValue: string };
      };
    }[];
  };
}

const streams = [userStream, productStream, cartStream];

const scaledObjects = async (...args: Parameters<typeof render>) =>
  ofKind<ScaledObject>(await render(...args), 'ScaledObject');

const ofWorkers = async (...args: Parameters<typeof render>) =>
  ofKind<HorizontalPodAutoscaler>(await render(...args), 'HorizontalPodAutoscaler').filter(
    ({ metadata }) => metadata.name !== 'gateway',
  );

/** The service whose worker it scales, and its stream. */
const streamOf = (worker: string) => streams.find(({ service }) => `worker-${service}` === worker);

test('every worker has an autoscaler that asks for its own service', async (context) => {
  const manifests = await render(context, 'prod', ['keda']);
  const found = await scaledObjects(context, 'prod', ['keda']);

  expect(found.map(({ spec }) => spec.scaleTargetRef.name).toSorted()).toEqual(
    workersIn(manifests)
      .map(({ metadata }) => metadata.name)
      .toSorted(),
  );
  for (const { metadata, spec } of found) {
    const service = streamOf(spec.scaleTargetRef.name)?.service;
    expect(metadata.name).toBe(spec.scaleTargetRef.name);
    expect(new Set(spec.triggers.map((trigger) => trigger.metadata.url))).toEqual(
      new Set([`http://observer.millrace.svc:8080/lag/${service}`]),
    );
  }
});

test('no more replicas are asked for than a service has partitions', async (context) => {
  for (const { spec } of await scaledObjects(context, 'prod', ['keda'])) {
    const partitions = streamOf(spec.scaleTargetRef.name)?.partitions ?? 0;

    expect(spec.maxReplicaCount).toBeLessThanOrEqual(partitions);
    // The steps that take something off the busiest replica.
    expect(partitions % spec.maxReplicaCount).toBe(0);
    expect(spec.fallback.replicas).toBeLessThanOrEqual(spec.maxReplicaCount);
    expect(spec.minReplicaCount).toBe(2);
  }
});

test('in another namespace KEDA asks there', async (context) => {
  const found = await scaledObjects(context, 'prod', ['keda'], 'shop');
  const urls = found.flatMap(({ spec }) => spec.triggers.map(({ metadata }) => metadata.url));

  expect(found.map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'shop', 'shop']);
  expect(new Set(urls.map((url) => new URL(url).hostname))).toEqual(new Set(['observer.shop.svc']));
});

test('a service may scale to nothing, if one wants that', async (context) => {
  const found = await scaledObjects(context, 'prod', ['keda', 'scale-to-zero']);

  expect(found.map(({ spec }) => spec.minReplicaCount)).toEqual([0, 0, 0]);
});

test("Kubernetes' own autoscaler does the same", async (context) => {
  const scaled = await scaledObjects(context, 'prod', ['keda']);
  const found = await ofWorkers(context, 'prod', ['hpa']);

  expect(found).toHaveLength(3);
  for (const { metadata, spec } of found) {
    const twin = scaled.find((one) => one.metadata.name === metadata.name)?.spec;
    const service = streamOf(spec.scaleTargetRef.name)?.service;
    expect(spec).toMatchObject({
      minReplicas: twin?.minReplicaCount,
      maxReplicas: twin?.maxReplicaCount,
      behavior: twin?.advanced.horizontalPodAutoscalerConfig.behavior,
    });
    expect(spec.metrics.map(({ external }) => external?.target)).toEqual(
      twin?.triggers.map((trigger) => ({
        type: trigger.metricType,
        averageValue: trigger.metadata.targetValue,
      })),
    );
    for (const { external } of spec.metrics) {
      expect(external?.metric.selector.matchLabels).toEqual({ service });
    }
  }
});

test('what KEDA asks for, the observer answers with a number', async (context) => {
  const found = await scaledObjects(context, 'prod', ['keda']);
  // Of no streams at all, some time after the first look.
  const nothing = { ...lagOf('cart', []), asOf: 0, arrivalsPerSecond: 0 } as KnownLag;
  const page = lagPage((service) =>
    streams.some((stream) => stream.service === service) ? nothing : undefined,
  );

  for (const { spec } of found) {
    for (const { type, metricType, metadata } of spec.triggers) {
      const answer = page(new URL(metadata.url).pathname);
      const body: unknown = JSON.parse(String(answer.body));

      expect(type).toBe('metrics-api');
      expect(answer.status).toBe(200);
      expect(body).toHaveProperty(metadata.valueLocation, expect.any(Number));
      expect(Number(metadata.targetValue)).toBeGreaterThan(0);
      // Counts are shared by the replicas, and so is an age: so many seconds each.
      expect(metricType).toBe('AverageValue');
    }
  }
});

interface AdapterRule {
  readonly seriesQuery: string;
  readonly name?: { readonly as: string };
  readonly metricsQuery: string;
}

test('what the other autoscaler asks for, the adapter makes of series that there are', async (context) => {
  const file = join(import.meta.dirname, '../../k8s/components/hpa/adapter-values.yaml');
  // A field that is not there makes a comparison below fail.
  const { rules } = parse(readFileSync(file, 'utf8')) as {
    readonly rules: { readonly external: readonly AdapterRule[] };
  };
  const made = rules.external.map(({ seriesQuery, name }) => name?.as ?? seriesQuery);
  const used = rules.external.flatMap(({ seriesQuery, metricsQuery }) => [
    seriesQuery,
    ...(metricsQuery.match(/\bmillrace_\w+/g) ?? []),
  ]);

  for (const { spec } of await ofWorkers(context, 'prod', ['hpa'])) {
    expect(spec.metrics.map(({ external }) => external?.metric.name)).toEqual(made);
  }
  expect(used.filter((series) => !(series in metricTable))).toEqual([]);
});
