import { describe, expect, it } from 'vitest';
import { markdownTable } from '../../../bench/markdown-table.ts';
import { Measurement } from '../../../bench/measurement.ts';
import { readBenchOptions } from '../../../bench/options.ts';
import { summarize } from '../../../bench/report.ts';
import { rows } from '../../../bench/rows.ts';
import { pairedRatios, rotated, spreadOf } from '../../../bench/statistics.ts';
import { UsageError } from '../../../src/cli/terminal/usage-error.ts';

describe('the figures of the benchmark', () => {
  it('have a middle and two ends', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4 });
    expect(() => spreadOf([])).toThrow(RangeError);
  });

  it('are compared with those of the same round', () => {
    expect(pairedRatios([2, 30], [1, 10])).toEqual([2, 3]);
  });

  it('take the median of the ratios, not the ratio of the medians', () => {
    const sample = (eventsPerSecond: number) => ({
      eventsPerSecond,
      clientCpuMicros: 1,
      serverCpuMicros: undefined,
    });
    const samples = {
      callback: [100, 10, 1].map(sample),
      reaction: [50, 20, 4].map(sample),
    };

    const [base, row] = summarize(samples);

    expect(base?.ratio).toEqual({ median: 1, least: 1, most: 1 });
    expect(row?.ratio).toEqual({ median: 2, least: 0.5, most: 4 });
    expect(row?.serverCpuMicros).toBeUndefined();
  });

  it('come in another order each round', () => {
    expect([0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join(''))).toEqual([
      'abc',
      'bca',
      'cab',
      'abc',
    ]);
  });

  it('stand in a table whose columns are aligned', () => {
    const cells = [
      ['row', 'n'],
      ['a', '1,000'],
    ];
    expect(markdownTable(cells)).toBe('| row |     n |\n| --- | ----: |\n| a   | 1,000 |');
  });
});

describe('a measurement', () => {
  const measure = (events: number) => {
    const seen: string[] = [];
    const measurement: Measurement = new Measurement({
      events,
      serverPid: -1,
      onBegin: () => seen.push(`begin ${measurement.count}`),
      onEnd: () => seen.push(`end ${measurement.count}`),
    });
    return { measurement, seen };
  };

  it('leaves out the warm-up and the tail', async () => {
    const { measurement, seen } = measure(1000);

    for (let count = 0; count < 1000; count++) measurement.add();
    await measurement.counted;

    expect(seen).toEqual(['begin 250', 'end 950']);
    expect(measurement.measured).toBe(700);
    expect(measurement.sample().eventsPerSecond).toBeGreaterThan(0);
    expect(measurement.sample().serverCpuMicros).toBeUndefined();
  });

  it('says nothing of a row that did not get to the end', () => {
    const { measurement } = measure(1000);

    for (let count = 0; count < 949; count++) measurement.add();

    expect(() => measurement.sample()).toThrow('949');
  });
});

describe('the options of the benchmark', () => {
  it('have defaults, and a quick way', () => {
    expect(readBenchOptions([])).toMatchObject({ rounds: 5, rows: Object.keys(rows) });
    expect(readBenchOptions(['--quick']).rounds).toBe(1);
    expect(readBenchOptions(['--profile']).rounds).toBe(1);
  });

  it('take what a row is compared with along', () => {
    expect(readBenchOptions(['--rows', 'state,publisher']).rows).toEqual([
      'callback',
      'state',
      'publish-bare',
      'publisher',
    ]);
  });

  it('name what is wrong', () => {
    for (const args of [
      ['--rows', 'x'],
      ['--rounds', '0'],
      ['--events', '10'],
      ['more'],
      ['--x'],
    ]) {
      expect(() => readBenchOptions(args), args.join(' ')).toThrow(UsageError);
    }
  });
});
