import { describe, expect, it } from 'vitest';
import type { ReplicaReport } from '../../../../src/infra/pipeline/roll.ts';
import { Figures } from '../../../../src/observer/status/figures.ts';
import { nothingCounted, ReplicaCounts } from '../../../../src/observer/status/replica-counts.ts';

const report = (name: string, done: number, startedAt = 0): ReplicaReport => ({
  ...{ name, startedAt, version: '1', notReady: [], inFlight: 0, partitions: {} },
  totals: {
    settled: { done, duplicate: 5, retry: 7 },
    response: { count: done, sum: done * 0.5 },
    visible: { count: done, sum: done * 0.25 },
  },
});

describe('what replicas have counted', () => {
  it('is what came since the call before, without what was there when they were first seen', () => {
    const counts = new ReplicaCounts();
    expect(counts.take([report('a', 100)], 1_000_000).settled).toBe(0);
    expect(counts.take([report('a', 130)], 1_002_000)).toMatchObject({
      ...{ settled: 30, responses: 30, responseSeconds: 15, visibleSeconds: 7.5 },
    });
  });

  it('counts all of a replica that has begun since, and a silent one when it answers again', () => {
    const counts = new ReplicaCounts();
    counts.take([report('a', 100)], 1_000_000);
    expect(counts.take([report('b', 7, 1_001_000)], 1_002_000).settled).toBe(7);
    expect(counts.take([report('a', 110), report('b', 7)], 1_004_000).settled).toBe(10);
  });
});

const sample = (settled: number, isUp: boolean) => [
  {
    ...{ service: 'cart', isUp, waitingEvents: 0, oldestWaitingSeconds: 0 },
    counted: {
      ...nothingCounted,
      ...{ settled, responses: settled, responseSeconds: settled * 2 },
      ...{ visible: settled, visibleSeconds: settled },
    },
  },
];

describe('the figures', () => {
  it('are those of the last five minutes', () => {
    const figures = new Figures(['cart']);
    const take = (second: number, settled: number) =>
      figures.take(sample(settled, true), { at: second * 1000, elapsed: second * 1000 });
    take(0, 1_000);
    for (let second = 10; second <= 600; second += 10) take(second, second <= 300 ? 50 : 20);

    expect(figures.status).toMatchObject({
      windowSeconds: 300,
      services: [{ settledEvents: 600, throughputPerSecond: 2, responseSeconds: 2 }],
      system: { throughputPerSecond: 2, responseSeconds: 2, latencySeconds: 1 },
    });
    expect(figures.history.throughputPerSecond['cart']?.at(-1)).toBe(2);
  });

  it('say nothing of times when nothing was settled', () => {
    const figures = new Figures(['cart']);
    figures.take(sample(0, true), { at: 0, elapsed: 0 });
    expect(figures.status.system).toMatchObject({ throughputPerSecond: 0 });
    expect(figures.status.system.responseSeconds).toBeUndefined();
  });

  it('count as failure each step from up to down, and the time until it is up again', () => {
    const figures = new Figures(['cart']);
    const ups = [false, true, true, false, true, true, false, true, true, true, true];
    for (const [at, isUp] of ups.entries()) {
      figures.take(sample(0, isUp), { at: at * 1000, elapsed: at * 1000 });
    }
    const [{ availability } = { availability: undefined }] = figures.status.services;
    expect(availability).toEqual({
      ...{ failures: 2, upSeconds: 7, downSeconds: 3, ratio: 0.7 },
      ...{ mtbfSeconds: 3.5, mttrSeconds: 1.5 },
    });
  });
});
