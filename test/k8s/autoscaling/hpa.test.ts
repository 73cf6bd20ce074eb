import { expect, test } from 'vitest';
import { type AutoscalerSpec, HorizontalAutoscaler, type Policy, type Scale } from './hpa.ts';

const usual: AutoscalerSpec = {
  minReplicas: 1,
  maxReplicas: 100,
  metrics: [{ name: 'lag', type: 'AverageValue', target: 10 }],
  scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [pods(1000, 15)] },
  scaleDown: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [percent(100, 15)] },
};

function pods(value: number, periodSeconds: number): Policy {
  return { type: 'Pods', value, periodSeconds };
}

function percent(value: number, periodSeconds: number): Policy {
  return { type: 'Percent', value, periodSeconds };
}

const scaleOf = (replicas: number): Scale => ({
  wanted: replicas,
  current: replicas,
  ready: replicas,
});

/** The replicas after each of several rounds, 15 s apart. */
const rounds = (
  spec: AutoscalerSpec,
  from: number,
  lags: readonly (number | undefined)[],
): number[] => {
  const autoscaler = new HorizontalAutoscaler(spec);
  let replicas = from;
  return lags.map((lag, round) => {
    replicas = autoscaler.decide(round * 15, scaleOf(replicas), { lag }).replicas;
    return replicas;
  });
};

test('asks for as many replicas as share the value at the target, rounded up', () => {
  expect(rounds(usual, 1, [101])).toEqual([11]);
  expect(rounds(usual, 20, [101])).toEqual([11]);
});

test('changes nothing within a tenth of the target', () => {
  expect(rounds(usual, 10, [91, 109, 110])).toEqual([10, 10, 10]);
  expect(rounds(usual, 10, [111])).toEqual([12]);
  expect(rounds(usual, 10, [89])).toEqual([9]);
});

test('takes the tolerance of its direction where one is given', () => {
  const { scaleUp } = usual;
  const eager = { ...usual, scaleUp: { ...scaleUp, tolerance: 0.01 } };
  expect(rounds(eager, 10, [102])).toEqual([11]);
  expect(rounds(eager, 10, [91])).toEqual([10]);
});

test('multiplies ready replicas where the value is one for all', () => {
  const aged = { ...usual, metrics: [{ name: 'lag', type: 'Value', target: 10 } as const] };
  expect(rounds(aged, 4, [15])).toEqual([6]);
  const autoscaler = new HorizontalAutoscaler(aged);
  expect(autoscaler.decide(0, { wanted: 4, current: 4, ready: 2 }, { lag: 30 }).replicas).toBe(6);
});

test('follows the metric that asks for most', () => {
  const two = { ...usual, metrics: [...usual.metrics, { ...usual.metrics[0]!, name: 'age' }] };
  const autoscaler = new HorizontalAutoscaler(two);
  expect(autoscaler.decide(0, scaleOf(3), { lag: 10, age: 70 }).replicas).toBe(7);
});

test('goes up but not down while one of its metrics is missing, and stays while all are', () => {
  const two = { ...usual, metrics: [...usual.metrics, { ...usual.metrics[0]!, name: 'age' }] };
  const decide = (lag: number | undefined) =>
    new HorizontalAutoscaler(two).decide(0, scaleOf(5), { lag });
  expect(decide(90)).toMatchObject({ kind: 'scaled', replicas: 9 });
  expect(decide(20)).toEqual({ kind: 'blind', replicas: 5 });
  expect(decide(undefined)).toEqual({ kind: 'blind', replicas: 5 });
});

test('stays within its bounds, and leaves alone what is switched off', () => {
  const bounded = { ...usual, minReplicas: 2, maxReplicas: 8 };
  expect(rounds(bounded, 4, [1000, 0])).toEqual([8, 2]);
  expect(rounds(bounded, 12, [100])).toEqual([8]);
  expect(rounds(bounded, 1, [100])).toEqual([2]);
  expect(rounds(bounded, 0, [1000])).toEqual([0]);
});

test('adds no more than its policies let it, counted over their periods', () => {
  const either = {
    ...usual,
    scaleUp: { ...usual.scaleUp, policies: [percent(100, 15), pods(4, 15)] },
  };
  // Four pods are more than twice as many at first; then twice as many are.
  expect(rounds(either, 1, [1000, 1000, 1000, 1000])).toEqual([5, 10, 20, 40]);
  const slow = { ...usual, scaleUp: { ...usual.scaleUp, policies: [pods(2, 60)] } };
  expect(rounds(slow, 1, [1000, 1000, 1000, 1000, 1000])).toEqual([3, 3, 3, 3, 5]);
});

test('takes the smallest change where it is told to', () => {
  const careful = {
    ...usual,
    scaleDown: {
      ...usual.scaleDown,
      selectPolicy: 'Min',
      policies: [percent(25, 60), pods(1, 60)],
    },
  } as const;
  expect(rounds(careful, 16, [0, 0, 0, 0, 0])).toEqual([15, 15, 15, 15, 14]);
  expect(rounds(careful, 3, [0])).toEqual([2]);
});

test('does not change in a direction that is disabled', () => {
  const upOnly = { ...usual, scaleDown: { ...usual.scaleDown, selectPolicy: 'Disabled' } } as const;
  expect(rounds(upOnly, 5, [0, 70, 0])).toEqual([5, 7, 7]);
});

test('goes down to the most of what it recommended within the window', () => {
  const calm = { ...usual, scaleDown: { ...usual.scaleDown, stabilizationWindowSeconds: 45 } };
  expect(rounds(calm, 9, [90, 60, 30, 10, 10, 10])).toEqual([9, 9, 9, 6, 3, 1]);
});

test('goes up to the least of what it recommended within the window', () => {
  const hesitant = { ...usual, scaleUp: { ...usual.scaleUp, stabilizationWindowSeconds: 45 } };
  expect(rounds(hesitant, 2, [20, 90, 60, 90, 90])).toEqual([2, 2, 2, 6, 6]);
});
