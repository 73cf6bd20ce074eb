import { describe, expect, test } from 'vitest';
import { defineStream } from '../../../src/contracts/streams.ts';
import { mostReplicas, targetsOf, usefulReplicas, worthOf } from './arithmetic.ts';
import type { AutoscalerSpec } from './hpa.ts';
import { KedaMetric } from './keda.ts';
import type { ServiceFigures } from './service-model.ts';
import { shipped, shippedFacts } from './shipped.ts';
import { type Course, type Load, type Measured, simulate, turnsIn } from './simulate.ts';

const { autoscaler, fallback } = shipped;
const figures: ServiceFigures = {
  partitions: defineStream('any').partitions,
  perSecond: shippedFacts.perSecond,
  // How soon a new pod is ready is assumed: docs/autoscaling.md.
  startSeconds: 10,
  handoverSeconds: 0.5,
};
const one = figures.perSecond;

const everything = (measured: Measured) => ({
  waitingEvents: measured.lag,
  oldestWaitingSeconds: measured.age,
  arrivalsPerSecond: measured.arrivals,
});

const run = (
  load: Load,
  {
    spec = autoscaler,
    tell = everything,
    startWith = 2,
  }: {
    spec?: AutoscalerSpec;
    tell?: Parameters<typeof simulate>[0]['tell'];
    startWith?: number;
  } = {},
): Course => simulate({ figures, autoscaler: spec, load, startWith, tell });

const hour = 3_600;
const steady = (workers: number): Load => ({ seconds: hour, rate: () => workers * one });
/** From 0.6 workers' worth of work to ten times as much, for ten minutes. */
const burstFrom = 600;
const burstTo = 1_200;
const burst: Load = {
  seconds: hour,
  rate: (second) => (second >= burstFrom && second < burstTo ? 6 : 0.6) * one,
};
const replicasAt = ({ moments }: Course, second: number): number => moments[second]?.wanted ?? 0;

/** The second from which on nothing is older than the objective. */
const backSince = ({ moments }: Course, from: number): number =>
  moments.findLast(({ second, age }) => second >= from && age > shippedFacts.objectiveSeconds)
    ?.second ?? from;

describe('under a steady load', () => {
  for (const workers of [0.2, 1.2, 1.9, 2.5, 3.3, 4.1, 4.6, 5.3, 7]) {
    test(`of ${workers} workers' worth the number is found at once and kept`, () => {
      const course = run(steady(workers));

      expect(turnsIn(course)).toEqual([]);
      expect(course.changes.every(({ second }) => second <= 60)).toBe(true);
      expect(Math.max(...course.moments.map(({ age }) => age))).toBeLessThan(30);
    });
  }

  test('that comes in gusts, the number does not follow every gust', () => {
    const gusty: Load = {
      seconds: hour,
      rate: (second) => 3 * one * (1 + 0.5 * Math.sin((2 * Math.PI * second) / 40)),
    };
    const course = run(gusty);

    // What comes in is not known at first: the number may be corrected once.
    expect(turnsIn(course).length).toBeLessThanOrEqual(1);
    expect(Math.max(...course.moments.map(({ age }) => age))).toBeLessThan(30);
  });

  test('lag and age alone make it go up and down for ever: why arrivals are a metric', () => {
    const metrics = autoscaler.metrics.filter(({ name }) => name !== 'arrivalsPerSecond');
    const course = run(steady(2.5), { spec: { ...autoscaler, metrics } });

    expect(turnsIn(course).length).toBeGreaterThan(10);
  });
});

describe('in a tenfold burst', () => {
  const course = run(burst);

  test('all that can help run within 45 seconds', () => {
    expect(replicasAt(course, burstFrom + 45)).toBe(autoscaler.maxReplicas);
  });

  test('nothing gets older than the objective, and no backlog is left within two minutes', () => {
    expect(backSince(course, burstFrom)).toBe(burstFrom);
    expect(course.moments[burstFrom + 120]?.lag).toBeLessThan(one);
  });

  test('it goes down slowly, one at a time and a minute apart, and only once', () => {
    const after = course.changes.filter(({ second }) => second > burstFrom + 60);
    expect(after.every(({ from, to }) => from - to === 1)).toBe(true);
    const pauses = after.slice(1).map(({ second }, index) => second - (after[index]?.second ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(60);
    expect(after[0]?.second).toBeGreaterThanOrEqual(burstTo + 300);
    expect(turnsIn(course)).toHaveLength(1);
    expect(replicasAt(course, hour - 1)).toBe(autoscaler.minReplicas);
  });

  test('a backlog of ten minutes of outage is gone within five', () => {
    const outage: Load = {
      seconds: hour,
      // Nothing is handled for ten minutes, and all of it comes at once afterwards.
      rate: (second) => (second === burstFrom ? 600 * 0.6 * one : 0.6 * one),
    };
    const after = run(outage);
    expect(backSince(after, burstFrom) - burstFrom).toBeLessThan(300);
    expect(turnsIn(after)).toHaveLength(1);
  });
});

describe('when the figures are missing', () => {
  const during = (silence: (second: number) => boolean, withFallback: boolean) => {
    const metrics = autoscaler.metrics.map(
      (metric) =>
        [metric.name, new KedaMetric(metric, withFallback ? fallback : undefined)] as const,
    );
    return run(burst, {
      tell: (measured, second) => {
        const known: Record<string, number> = silence(second) ? {} : everything(measured);
        return Object.fromEntries(
          metrics.map(([name, metric]) => [name, metric.read(known[name], measured.replicas)]),
        );
      },
    });
  };

  test('the number stays as it is', () => {
    const course = during((second) => second >= 700 && second < 1_900, false);
    expect(course.changes.filter(({ second }) => second >= 700 && second < 1_900)).toEqual([]);
    expect(replicasAt(course, 1_800)).toBe(autoscaler.maxReplicas);
  });

  test('of a quiet service for long, there are as many as the fallback says', () => {
    const course = during((second) => second >= 100 && second < 500, true);
    expect(replicasAt(course, 400)).toBe(fallback?.replicas);
  });
});

test('no more run than have a partition, however much comes in', () => {
  const course = run(steady(100));
  expect(Math.max(...course.moments.map(({ wanted }) => wanted))).toBe(autoscaler.maxReplicas);
  expect(autoscaler.maxReplicas).toBeLessThanOrEqual(figures.partitions);
});

test('one busy key asks for all that may run and no more, and leaves the rest in time', () => {
  // Half of all events in one partition: no number of replicas can help that one.
  const others = figures.partitions - 1;
  const shares = [0.5, ...Array(others).fill(0.5 / others)];
  const course = run({ seconds: hour, rate: () => 3 * one, shares });
  expect(turnsIn(course)).toEqual([]);
  expect(replicasAt(course, hour - 1)).toBe(autoscaler.maxReplicas);
});

describe('the arithmetic', () => {
  test('of the targets that are shipped', () => {
    const { lag, age, arrivals } = targetsOf(shippedFacts);
    expect(
      Object.fromEntries(autoscaler.metrics.map(({ name, target }) => [name, target])),
    ).toEqual({ waitingEvents: lag, oldestWaitingSeconds: age, arrivalsPerSecond: arrivals });
    expect(autoscaler.metrics.map(({ type }) => type)).toEqual(Array(3).fill('AverageValue'));
  });

  test('of replicas and partitions', () => {
    expect(usefulReplicas(8)).toEqual([1, 2, 3, 4, 8]);
    expect(usefulReplicas(16)).toEqual([1, 2, 3, 4, 6, 8, 16]);
    expect([3, 5, 7, 9].map((replicas) => worthOf(replicas, 8))).toEqual([8 / 3, 4, 4, 8]);
    expect(usefulReplicas(figures.partitions)).toContain(autoscaler.maxReplicas);
  });

  test('what comes in never asks for fewer than can do it', () => {
    const enough = Array.from({ length: autoscaler.maxReplicas }, (_, index) => index + 1).filter(
      (replicas) => replicas * shippedFacts.busyShare <= worthOf(replicas, figures.partitions),
    );
    expect(enough).toHaveLength(autoscaler.maxReplicas);
  });

  test('of how many have something to do', () => {
    const settings = { partitions: 8, prefetch: 512 };
    expect(mostReplicas({ ...settings, ordering: 'key', maxAckPending: 4_000 })).toBe(8);
    expect(mostReplicas({ ...settings, ordering: 'none', maxAckPending: 20_000 })).toBe(39);
  });
});
