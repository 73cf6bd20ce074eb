import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  emptyRecord,
  recordAfter,
  recordPostponing,
  recordReader,
  writeRecord,
} from '../../../../src/infra/pipeline/state-record.ts';
import { tallyState } from '../../../support/tally.ts';

const most = 8;
const sequences = Array.from({ length: most }, (_, index) => index + 1);

/** What happens to an event of the key, and how much of what is settled its worker knows by then. */
const step = fc.record({
  sequence: fc.integer({ min: 1, max: most }),
  does: fc.constantFrom('apply', 'postpone'),
  knows: fc.integer({ min: 0, max: most }),
});

describe('the record of a key whose events may be postponed', () => {
  it('contains an event exactly from when it is applied, in whatever order, by its sequence alone', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let record = emptyRecord<unknown>('k', 0);
        const applied = new Set<number>();
        const unsettled = new Set(sequences);
        const isContained = (sequence: number) =>
          contains(record, { id: 'the id of none of them', sequence });
        for (const { sequence, does, knows } of steps) {
          // Whoever has it in hand, or a copy of it, asks first.
          if (isContained(sequence)) continue;
          const settledUpTo = Math.min(knows, Math.min(...unsettled, most + 1) - 1);
          const cause = { id: `event ${sequence}`, stream: 'TALLY', sequence, settledUpTo };
          record =
            does === 'apply' ? recordAfter(record, 0, cause) : recordPostponing(record, sequence);
          if (does === 'apply') applied.add(sequence);
          unsettled.delete(sequence);
          for (const each of sequences) expect(isContained(each)).toBe(applied.has(each));
        }
        expect(record.retrying ?? []).toHaveLength(most - unsettled.size - applied.size);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same after a way through its JSON', () => {
    const record = recordPostponing(emptyRecord('k', { total: 0 }), 7);

    const read = recordReader(tallyState.schema)(writeRecord(record));

    expect(read.retrying).toEqual([7]);
    expect(contains(read, { id: 'any', sequence: 7 })).toBe(false);
  });
});
