import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitBatchCost, fitBatchWait } from '../../../bench/simulation/fit.ts';
import {
  commitResults,
  predictCommits,
  predictScaling,
  scalingResults,
} from '../../../bench/simulation/predictions.ts';
import { simulate } from '../../../bench/simulation/simulate.ts';
import { eventsPerSecond, type System } from '../../../bench/simulation/system.ts';

const simple: System = {
  processors: 2,
  workers: 1,
  streams: 1,
  inFlight: 1,
  batch: 500,
  workerMicros: 50,
  brokerMicros: 40,
  batchMicros: 910,
};

const systems = fc.record({
  processors: fc.integer({ min: 1, max: 8 }),
  machines: fc.integer({ min: 1, max: 4 }),
  workers: fc.integer({ min: 1, max: 8 }),
  streams: fc.integer({ min: 1, max: 8 }),
  inFlight: fc.integer({ min: 1, max: 60 }),
  turn: fc.integer({ min: 1, max: 600 }),
  batch: fc.integer({ min: 1, max: 500 }),
  workerMicros: fc.double({ min: 1, max: 200, noNaN: true }),
  brokerMicros: fc.double({ min: 1, max: 200, noNaN: true }),
  batchMicros: fc.double({ min: 0, max: 10_000, noNaN: true }),
});
const events = 2_000;

describe('the model of workers and brokers', () => {
  it('does one event after the other when one is under way', () => {
    expect(eventsPerSecond(simple)).toBeCloseTo(1_000, 0);
  });

  it('shares the price of a batch among those who wait for it', () => {
    const micros = 910 + 100 * (50 + 40);

    expect(eventsPerSecond({ ...simple, inFlight: 100 })).toBeCloseTo(1e8 / micros, 0);
  });

  it('lets a worker handle while another batch is on its way', () => {
    const together = eventsPerSecond({ ...simple, inFlight: 256 });
    const overlapping = eventsPerSecond({ ...simple, inFlight: 256, turn: 32 });

    expect(overlapping).toBeGreaterThan(together * 1.2);
  });

  it('slows everybody who shares a processor', () => {
    const busy = { ...simple, batchMicros: 0, inFlight: 256, turn: 32, workers: 4, streams: 4 };

    expect(eventsPerSecond({ ...busy, processors: 1 })).toBeCloseTo(1e6 / 90, -2);
  });

  it('is never faster than its processors, its workers or its streams', () => {
    fc.assert(
      fc.property(systems, (system) => {
        const rate = eventsPerSecond(system, events);

        const { workerMicros, brokerMicros, processors, machines, workers, streams, inFlight } =
          system;
        // What was under way at the beginning of the measured part may be counted in it.
        const bound = 1e6 * (1.001 + (workers * inFlight) / (0.75 * events));
        expect(rate).toBeLessThanOrEqual(
          (bound * processors * machines) / (workerMicros + brokerMicros),
        );
        expect(rate).toBeLessThanOrEqual((bound * workers) / workerMicros);
        expect(rate).toBeLessThanOrEqual((bound * streams) / brokerMicros);
      }),
      { numRuns: 50 },
    );
  });

  it('gives the same figure for the same system', () => {
    fc.assert(
      fc.property(systems, (system) => {
        expect(eventsPerSecond(system, events)).toBe(eventsPerSecond(system, events));
      }),
      { numRuns: 10 },
    );
  });
});

describe('the fit of the model', () => {
  it('finds the wait that a system has', () => {
    const hidden = { ...simple, inFlight: 256, turn: 32, batchMicros: 4_200 };

    const found = fitBatchWait(hidden, eventsPerSecond(hidden));

    expect(eventsPerSecond(found)).toBeCloseTo(eventsPerSecond(hidden), -1);
  });

  it('adds no wait to a system that is too slow without', () => {
    expect(fitBatchWait(simple, 1e6).batchMicros).toBe(0);
  });

  it('takes the cost of a batch apart into its own and that of its events', () => {
    const rate = (inFlight: number) => (inFlight * 1e6) / (5_000 + inFlight * 60);

    const cost = fitBatchCost(
      { inFlight: 1, perSecond: rate(1) },
      { inFlight: 256, perSecond: rate(256) },
    );

    expect(cost.batchMicros).toBeCloseTo(5_000, 3);
    expect(cost.eventMicros).toBeCloseTo(60, 3);
  });

  it('checks itself against runs that it was not fitted to', () => {
    const machine = { processors: 2 };
    const rates = [1, 8, 64, 256, 1_000].map((inFlight) => ({
      replicas: 1,
      inFlight,
      results: [
        { decisionsPerSecond: (inFlight * 1e6) / (5_000 + inFlight * 60), clientCpuMicros: 20 },
      ],
    }));
    const commits = predictCommits(commitResults.parse({ machine, rows: rates }), 1);

    expect(commits.filter(({ use }) => use === 'fitted')).toHaveLength(2);
    for (const { simulated, measured, name } of commits.slice(0, 4)) {
      expect(Math.abs(simulated / measured - 1), name).toBeLessThan(0.02);
    }
  });

  it('says what two processes bring where one keeps a processor busy', () => {
    const row = (processes: number, rate: number, partitions = 8) => ({
      ...{ name: `${processes} on ${partitions}`, base: '1 on 8' },
      flood: { kind: 'reaction', processes, partitions },
      results: [{ eventsPerSecond: rate, clientCpuMicros: 20, serverCpuMicros: 10 }],
    });
    const results = scalingResults.parse({
      machine: { processors: 2 },
      rows: [row(1, 70_000, 4), row(1, 40_000), row(2, 60_000)],
    });

    const [one, two, ...others] = predictScaling(results, 'reaction');

    expect(others).toEqual([]);
    expect(one).toMatchObject({ use: 'fitted' });
    expect(two).toMatchObject({ use: 'checked' });
    expect(two?.simulated).toBeGreaterThan(1.2 * 40_000);
    expect(two?.simulated).toBeLessThan(1.05 * (2e6 / 30));
  });

  it('says what it lacks', () => {
    expect(() => simulate(['--from', 'nowhere'])).toThrow(/there is no nowhere/);
    expect(() => simulate(['--of', 'x'])).toThrow(/--of/);
  });
});
