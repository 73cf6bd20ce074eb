import { expect, test } from 'vitest';
import { autoscalerOf, KedaMetric, type ScaledObject } from './keda.ts';

const lag = { name: 'lag', type: 'AverageValue', target: 500 } as const;

test('makes an autoscaler of a ScaledObject, with what the cluster fills in', () => {
  const object: ScaledObject = {
    spec: {
      maxReplicaCount: 8,
      advanced: {
        horizontalPodAutoscalerConfig: {
          behavior: {
            scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
          },
        },
      },
      triggers: [
        { type: 'metrics-api', metadata: { targetValue: '500', valueLocation: 'lag.events' } },
        {
          type: 'metrics-api',
          metricType: 'Value',
          metadata: { targetValue: '7.5', valueLocation: 'age' },
        },
      ],
    },
  };

  expect(autoscalerOf(object)).toMatchObject({
    minReplicas: 1,
    maxReplicas: 8,
    metrics: [
      { name: 'lag.events', type: 'AverageValue', target: 500 },
      { name: 'age', type: 'Value', target: 7.5 },
    ],
    scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max' },
    scaleDown: {
      stabilizationWindowSeconds: 300,
      policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
    },
  });
});

test('refuses a trigger without a target', () => {
  const triggers = [{ type: 'metrics-api', metadata: { valueLocation: 'lag' } }];
  expect(() => autoscalerOf({ spec: { triggers } })).toThrow('trigger 0 has no target');
});

test('says nothing while the value is missing, and asks for the fallback after some failures', () => {
  const fallback = { failureThreshold: 2, replicas: 4 };
  const asked = (behavior?: 'currentReplicas' | 'currentReplicasIfHigher') => {
    const metric = new KedaMetric(lag, { ...fallback, ...(behavior && { behavior }) });
    return [1, 2, 3].map(() => metric.read(undefined, 6));
  };

  expect(asked()).toEqual([undefined, undefined, 2_000]);
  expect(asked('currentReplicas')).toEqual([undefined, undefined, 3_000]);
  expect(asked('currentReplicasIfHigher')).toEqual([undefined, undefined, 3_000]);
});

test('begins to count anew with every value that there is', () => {
  const metric = new KedaMetric(lag, { failureThreshold: 1, replicas: 4 });
  const values = [undefined, 70, undefined, undefined];
  expect(values.map((value) => metric.read(value, 1))).toEqual([undefined, 70, undefined, 2_000]);
});
