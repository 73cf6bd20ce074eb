import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBaseline } from '../../../bench/regression/baseline-file.ts';
import { type Baseline, judge, sayVerdict } from '../../../bench/regression/judge.ts';
import { rows } from '../../../bench/rows.ts';

const sample = (clientCpuMicros: number, serverCpuMicros: number | undefined = 0) => ({
  eventsPerSecond: 1,
  clientCpuMicros,
  serverCpuMicros,
});
const baseline: Baseline = { margin: 1.5, rows: { reaction: { base: 'callback', times: 4 } } };

const linesOf = (samples: Parameters<typeof judge>[0]): string =>
  judge(samples, baseline)
    .map((verdict) => sayVerdict(verdict, baseline))
    .join('\n');

describe('the judgement on what an event costs', () => {
  it('says nothing against a row within the margin', () => {
    const samples = { callback: [sample(5, 5)], reaction: [sample(30, 25)] };

    expect(linesOf(samples)).toBe('reaction: 5.50 times the CPU time of callback, baseline 4.00');
  });

  it('warns of a row that is dearer than the margin allows', () => {
    const samples = { callback: [sample(5, 5)], reaction: [sample(40, 25)] };

    expect(linesOf(samples)).toMatch(/^WARNING: reaction has become dearer: 6\.50 times/);
  });

  it('counts what the server spends too', () => {
    const samples = { callback: [sample(10, 10)], reaction: [sample(10, 200)] };

    expect(judge(samples, baseline)).toMatchObject([{ kind: 'dearer', times: 10.5 }]);
  });

  it('is not misled by one bad round', () => {
    const callback = [sample(10), sample(10), sample(10)];
    const reaction = [sample(40), sample(400), sample(41)];

    expect(judge({ callback, reaction }, baseline)).toMatchObject([{ kind: 'usual' }]);
  });

  it('hints at a baseline that has become too high', () => {
    const samples = { callback: [sample(10)], reaction: [sample(20)] };

    expect(linesOf(samples)).toContain('--save');
  });

  it('does not judge what was not measured, or not wholly', () => {
    expect(linesOf({ callback: [sample(10)] })).toBe('reaction: not measured');
    const reaction = [sample(40, Number.NaN)];
    expect(linesOf({ callback: [sample(10)], reaction })).toBe('reaction: not measured');
  });

  it('is the same on a machine that is slower as a whole', () => {
    const micros = fc.double({ min: 0.5, max: 500, noNaN: true });
    fc.assert(
      fc.property(micros, micros, fc.double({ min: 0.1, max: 10, noNaN: true }), (one, own, by) => {
        const slower = (factor: number) => ({
          callback: [sample(one * factor)],
          reaction: [sample(own * factor)],
        });
        const [here, there] = [judge(slower(1), baseline), judge(slower(by), baseline)];
        const times = own / one;
        fc.pre([4 * 1.5, 4 / 1.5].every((edge) => Math.abs(times - edge) > 1e-6));
        expect(there[0]?.kind).toBe(here[0]?.kind);
      }),
    );
  });

  it('has a baseline that names rows and what they are compared with', () => {
    const named = Object.entries(readBaseline().rows);

    expect(named.length).toBeGreaterThan(0);
    for (const [row, { base }] of named) {
      expect(Object.entries(rows).find(([name]) => name === row)?.[1].base, row).toBe(base);
    }
    expect(() => readBaseline('package.json')).toThrow(/package.json is no baseline/);
  });
});
