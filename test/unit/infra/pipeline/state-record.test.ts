import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contains,
  emptyRecord,
  recordAfter,
  recordReader,
  rememberedCauses,
  type StateRecord,
} from '../../../../src/infra/pipeline/state-record.ts';
import { tallyState } from '../../../support/tally.ts';

const empty: StateRecord = emptyRecord('k', 0);
const cause = (id: string, sequence = 1, stream = 'TALLY') => ({ id, stream, sequence });

const applied = (record: StateRecord, ids: readonly string[]): StateRecord =>
  ids.reduce((soFar, id, index) => recordAfter(soFar, index, cause(id, index + 1)), record);

describe('the record of a key', () => {
  it('contains nothing before the first event', () => {
    expect(contains(empty, '')).toBe(false);
    expect(contains(empty, 'id')).toBe(false);
  });

  it('contains the last events applied, and no others, whatever their ids', () => {
    const anyIds = fc.uniqueArray(fc.string({ maxLength: 64 }), {
      minLength: 1,
      maxLength: rememberedCauses + 40,
    });

    fc.assert(
      fc.property(anyIds, fc.string({ maxLength: 64 }), (ids, other) => {
        const record = applied(empty, ids);

        for (const id of ids.slice(-rememberedCauses)) expect(contains(record, id)).toBe(true);
        for (const id of ids.slice(0, -rememberedCauses)) {
          expect(contains(record, id)).toBe(false);
        }
        if (!ids.includes(other)) expect(contains(record, other)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('remembers a bounded number of bounded ids', () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `${n}-${'x'.repeat(250)}`);

    const { causes } = applied(empty, ids);

    expect(causes).toHaveLength(rememberedCauses);
    for (const kept of causes) expect(kept.length).toBeLessThanOrEqual(17);
  });

  it('tells long ids apart that begin alike', () => {
    const record = applied(empty, [`${'x'.repeat(200)}1`]);

    expect(contains(record, `${'x'.repeat(200)}1`)).toBe(true);
    expect(contains(record, `${'x'.repeat(200)}2`)).toBe(false);
  });

  it('takes nobody in who uses the short form of a long id as an id', () => {
    const record = applied(empty, ['x'.repeat(100)]);

    expect(contains(record, record.causes[0] ?? '')).toBe(false);
  });

  it('keeps the highest sequence of each stream', () => {
    let record = recordAfter(empty, 1, cause('a', 10));
    record = recordAfter(record, 2, cause('b', 7));
    record = recordAfter(record, 3, cause('c', 3, 'LEDGER'));

    expect(record.position).toEqual({ TALLY: 10, LEDGER: 3 });
  });

  it('changes nothing in the record it follows', () => {
    const before = applied(empty, ['a']);
    const copy = structuredClone(before);

    recordAfter(before, 9, cause('b', 99));

    expect(before).toEqual(copy);
  });

  it('comes back as it was from its JSON', () => {
    const read = recordReader(tallyState.schema);
    const record = recordAfter(emptyRecord('Ærø 🥛', { total: 3 }), { total: 4 }, cause('i', 5));

    expect(read(JSON.stringify(record))).toEqual(record);
  });

  it('is not read when it is not what the schema says', () => {
    const read = recordReader(tallyState.schema);

    expect(() => read('{')).toThrow();
    expect(() => read(JSON.stringify({ ...empty, state: { total: 'x' } }))).toThrow();
  });
});
