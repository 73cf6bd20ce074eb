import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  countedAbove,
  minus,
  noEvents,
  plus,
  type Tally,
  tallyAfter,
  weightOf,
} from '../../../../src/infra/pipeline/tally.ts';

const countOf = (sequences: readonly number[]) =>
  sequences.reduce((sum, sequence) => plus(sum, sequence), noEvents);

/** The tally of a key to which these sequences were applied, in this order. */
const tallyOf = (sequences: readonly number[], start?: { tally?: Tally; position: number }) => {
  let { tally, position } = { tally: start?.tally, position: start?.position ?? 0 };
  for (const sequence of sequences) {
    tally = tallyAfter(tally, sequence, position);
    position = Math.max(position, sequence);
  }
  if (!tally) throw new Error('no sequences');
  return tally;
};

const sequences = (most: number) =>
  fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 1, maxLength: most });

it('counts the same events alike in whatever order they were applied', () => {
  fc.assert(
    fc.property(sequences(300), (applied) => {
      const { count, sum } = tallyOf(applied);

      expect({ count, sum }).toEqual(countOf(applied));
      expect({ count, sum }).toEqual(countOf([...applied].reverse()));
    }),
  );
});

it('tells by the difference which one event is missing', () => {
  fc.assert(
    fc.property(sequences(300), fc.nat(), (all, chosen) => {
      const missing = all[chosen % all.length] ?? 0;
      const tally = minus(countOf(all), countOf(all.filter((sequence) => sequence !== missing)));

      expect(tally).toEqual({ count: 1, sum: weightOf(missing) });
      expect(all.filter((sequence) => weightOf(sequence) === tally.sum)).toEqual([missing]);
    }),
  );
});

it('gives sums of neighbours that no other neighbours have', () => {
  const sums = new Set<number>();
  for (let one = 1; one <= 300; one++) {
    for (let other = one + 1; other <= 300; other++) sums.add(countOf([one, other]).sum);
  }

  expect(sums.size).toBe((300 * 299) / 2);
});

it('marks what it counted up to a sequence, also when events come late', () => {
  const blocks = fc.array(fc.uniqueArray(fc.nat(20_000), { maxLength: 400 }), { maxLength: 8 });
  fc.assert(
    fc.property(blocks, (parts) => {
      // Mostly ascending, each block in disorder.
      const all = [...new Set(parts.flatMap((part, at) => part.map((n) => 1 + n + at * 10_000)))];
      fc.pre(all.length > 0);

      for (const mark of tallyOf(all).marks) {
        const below = all.filter((sequence) => sequence <= mark.sequence);
        expect(mark).toEqual({ ...countOf(below), sequence: mark.sequence });
      }
    }),
    { numRuns: 50 },
  );
});

it('has few marks however many events there are, and dense ones at the end', () => {
  const { marks, count } = tallyOf(Array.from({ length: 100_000 }, (_, n) => n + 1));

  expect(count).toBe(100_000);
  expect(marks.length).toBeLessThanOrEqual(17);
  expect(marks[0]).toEqual({ sequence: 0, count: 0, sum: 0 });
  expect(marks.at(-1)?.sequence).toBeGreaterThan(100_000 - 129);
  expect(marks.some(({ sequence }) => sequence > 0 && sequence < 50_000)).toBe(true);
});

it('says what lies above the lowest mark that is high enough', () => {
  const tally = tallyOf(Array.from({ length: 1000 }, (_, n) => 10 * (n + 1)));
  const above = countedAbove(tally, 5000);

  expect(above?.sequence).toBeGreaterThanOrEqual(5000);
  expect(above?.sequence).toBeLessThan(5000 + 1290);
  const rest = Array.from({ length: 1000 }, (_, n) => 10 * (n + 1)).filter(
    (sequence) => sequence > (above?.sequence ?? 0),
  );
  expect(above).toEqual({ ...countOf(rest), sequence: above?.sequence });
  expect(countedAbove(tally, 10_000)).toBeUndefined();
});

it('begins to count where a record of an older version is', () => {
  const tally = tallyOf([510, 520, 490], { position: 500 });

  expect(tally.marks).toEqual([{ ...countOf([490]), sequence: 500 }]);
  expect(countedAbove(tally, 0)).toEqual({ ...countOf([510, 520]), sequence: 500 });
});

it('remembers the last events that came behind a later one', () => {
  expect(tallyOf([1, 2, 5, 3, 4, 6]).late).toEqual([3, 4]);
  expect(tallyOf([1000, ...Array.from({ length: 40 }, (_, n) => n + 1)]).late).toHaveLength(16);
});
