import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { middlePart } from '../../../bench/flood/middle-part.ts';
import { Latencies, percentile } from '../../../bench/latency/latencies.ts';
import { growth } from '../../../bench/memory/flatness.ts';
import { readPlanOptions } from '../../../bench/plan-options.ts';
import { UsageError } from '../../../src/cli/terminal/usage-error.ts';

describe('the middle part of a flood', () => {
  const steady = (perSecond: number, seconds: number, startMicros = 0) =>
    Array.from({ length: seconds * 50 + 1 }, (_, index) => ({
      atMicros: startMicros + index * 20_000,
      value: (index * perSecond) / 50,
    }));

  it('adds up the rates of all processes', () => {
    const counts = [steady(1_000, 10), steady(3_000, 10, 7_000)];

    expect(middlePart(40_000, counts, []).eventsPerSecond).toBeCloseTo(4_000, 0);
  });

  it('leaves out a slow beginning and a long end', () => {
    const slowStart = [{ atMicros: 0, value: 0 }, ...steady(1_000, 10, 60_000_000)];
    const end = { atMicros: 90_000_000, value: 10_000 };

    expect(middlePart(10_000, [[...slowStart, end]], []).eventsPerSecond).toBeCloseTo(1_000, 0);
  });

  it('says the processor time of an event for each series', () => {
    const cpus = [steady(500_000, 10), steady(100_000, 10)];

    const { cpuMicros } = middlePart(10_000, [steady(1_000, 10)], cpus);

    expect(cpuMicros[0]).toBeCloseTo(500, 0);
    expect(cpuMicros[1]).toBeCloseTo(100, 0);
  });

  it('says nothing when events are missing', () => {
    expect(() => middlePart(20_000, [steady(1_000, 10)], [])).toThrow(/only 10000 of 19000/);
  });
});

describe('latencies', () => {
  it('are percentiles of what came after the warm-up', async () => {
    const latencies = new Latencies(1_000);

    for (let number = 0; number < 400; number++) latencies.add(number, 1e9);
    for (let number = 400; number < 1_000; number++) latencies.add(number, (number - 399) * 1_000);
    await latencies.complete;

    expect(latencies.percentilesMs([0.5, 0.99, 1])).toEqual([300, 594, 600]);
  });

  it('have so large a share at or below each percentile, and no smaller value would do', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (values, share) => {
          const found = percentile(
            [...values].sort((one, other) => one - other),
            share,
          );
          const notAbove = values.filter((value) => value <= found).length;
          const below = values.filter((value) => value < found).length;
          expect(notAbove).toBeGreaterThanOrEqual(share * values.length - 1e-9);
          expect(below).toBeLessThan(share * values.length + 1e-9);
        },
      ),
    );
    expect(() => percentile([], 0.5)).toThrow(RangeError);
  });
});

describe('the growth of memory', () => {
  const samples = (heaps: readonly number[]) =>
    heaps.map((heapUsed, index) => ({ events: index, heapUsed, rss: 100, external: 0 }));

  it('compares the last quarter with the second, whatever the first was', () => {
    expect(growth(samples([1, 2, 10, 10, 10, 10, 11, 11]), 'heapUsed')).toBeCloseTo(0.1);
    expect(growth(samples([1, 2, 10, 10, 10, 10, 11, 11]), 'rss')).toBe(0);
  });

  it('is not misled by one sample within a burst', () => {
    const heaps = Array.from({ length: 20 }, (_, index) => (index === 17 ? 90 : 10));

    expect(growth(samples(heaps), 'heapUsed')).toBe(0);
  });

  it('says nothing of a few samples', () => {
    expect(() => growth(samples([1, 2, 3]), 'rss')).toThrow(RangeError);
  });
});

describe('the options of most comparisons', () => {
  it('are rounds, and one of them when it is to be quick', () => {
    expect(readPlanOptions([], 3)).toEqual({ rounds: 3, quick: false });
    expect(readPlanOptions(['--quick'], 3)).toEqual({ rounds: 1, quick: true });
    expect(readPlanOptions(['--quick', '--rounds', '4'], 3)).toEqual({ rounds: 4, quick: true });
  });

  it('name what is wrong', () => {
    expect(() => readPlanOptions(['--rounds', 'many'], 3)).toThrow(/--rounds .* not "many"/);
    expect(() => readPlanOptions(['fast'], 3)).toThrow(UsageError);
  });
});
