import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countOf,
  markOf,
  marksOf,
  rememberedCauses,
} from '../../../../src/infra/pipeline/causes.ts';
import {
  contains,
  emptyRecord,
  recordAfter,
  recordReader,
  rememberedSequences,
  type StateRecord,
  writeRecord,
} from '../../../../src/infra/pipeline/state-record.ts';
import { tallyState } from '../../../support/tally.ts';

const empty: StateRecord = emptyRecord('k', 0);

/** An event; without a sequence of its own it has one that nobody else has. */
let nextSequence = 1_000_000;
const cause = (id: string, sequence = nextSequence++, settledUpTo = 0) => ({
  id,
  stream: 'TALLY',
  sequence,
  settledUpTo,
});

const applied = (record: StateRecord, ids: readonly string[]): StateRecord =>
  ids.reduce((soFar, id, index) => recordAfter(soFar, index, cause(id)), record);

const knowsId = (record: StateRecord, id: string): boolean => contains(record, cause(id));
const knowsSequence = (record: StateRecord, sequence: number): boolean =>
  contains(record, cause('another id', sequence));

describe('the record of a key', () => {
  it('contains nothing before the first event', () => {
    expect(knowsId(empty, '')).toBe(false);
    expect(knowsId(empty, 'id')).toBe(false);
    expect(knowsSequence(empty, 1)).toBe(false);
  });

  it('knows the ids of the last events applied, and no others, whatever they are', () => {
    const anyIds = fc.uniqueArray(fc.string({ maxLength: 64 }), {
      minLength: 1,
      maxLength: rememberedCauses + 40,
    });

    fc.assert(
      fc.property(anyIds, fc.string({ maxLength: 64 }), (ids, other) => {
        const record = applied(empty, ids);

        for (const id of ids.slice(-rememberedCauses)) expect(knowsId(record, id)).toBe(true);
        for (const id of ids.slice(0, -rememberedCauses)) expect(knowsId(record, id)).toBe(false);
        if (!ids.includes(other)) expect(knowsId(record, other)).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('remembers a bounded number of bounded ids', () => {
    const ids = Array.from({ length: 1000 }, (_, n) => `${n}-${'x'.repeat(250)}`);

    const { causes } = applied(empty, ids);

    expect(countOf(causes)).toBe(rememberedCauses);
    expect(causes).toHaveLength(12 * rememberedCauses);
  });

  it('tells long ids apart that begin alike', () => {
    const record = applied(empty, [`${'x'.repeat(200)}1`]);

    expect(knowsId(record, `${'x'.repeat(200)}1`)).toBe(true);
    expect(knowsId(record, `${'x'.repeat(200)}2`)).toBe(false);
  });

  it('takes nobody in who uses what is kept of an id as an id', () => {
    const record = applied(empty, ['x'.repeat(100), 'y']);

    for (const mark of marksOf(record.causes)) expect(knowsId(record, mark)).toBe(false);
    expect(knowsId(record, record.causes)).toBe(false);
  });

  it('knows the ids that older versions listed, and goes on from there', () => {
    const read = recordReader(tallyState.schema);
    const long = 'x'.repeat(100);
    const ids = Array.from({ length: rememberedCauses - 2 }, (_, n) => `id-${n}`);
    const hashed = `#${hash('sha1', long, 'base64url').slice(0, 16)}`;
    const older = { ...empty, state: { total: 3 }, causes: [...ids, '#begins so', hashed] };

    const record = read(JSON.stringify(older));
    const after = recordAfter(record, { total: 4 }, cause('new'));

    expect(countOf(record.causes)).toBe(rememberedCauses);
    for (const id of [...ids, '#begins so', long]) expect(knowsId(record, id)).toBe(true);
    expect(knowsId(record, hashed)).toBe(false);
    expect(knowsId(after, long)).toBe(true);
    expect(knowsId(after, 'id-0')).toBe(false);
  });

  it('counts what it contains, and reads records that were written before it did', () => {
    const first = recordAfter(emptyRecord('k', { total: 0 }), { total: 1 }, cause('a', 7));
    const record = recordAfter(first, { total: 2 }, cause('b', 5));
    const { tally: _, ...older } = record;
    const read = recordReader(tallyState.schema);
    const before = read(JSON.stringify(older));

    expect(record.tally).toMatchObject({ count: 2, late: [5] });
    expect(read(JSON.stringify(record)).tally).toEqual(record.tally);
    expect(before.tally).toBeUndefined();
    expect(recordAfter(before, { total: 3 }, cause('c', 9)).tally).toMatchObject({
      count: 1,
      marks: [{ sequence: 7, count: 0, sum: 0 }],
    });
  });

  it('keeps the highest sequence applied', () => {
    const record = [10, 12, 7].reduce((soFar, sequence) => {
      return recordAfter(soFar, 0, cause(`id ${sequence}`, sequence));
    }, empty);

    expect(record.position).toEqual({ TALLY: 12 });
  });

  it('changes nothing in the record it follows', () => {
    const before = applied(empty, ['a']);
    const copy = structuredClone(before);

    recordAfter(before, 9, cause('b', 99, 98));

    expect(before).toEqual(copy);
  });

  it('comes back as it was from what is written of it, whatever is in it', () => {
    const read = recordReader(tallyState.schema);
    const first = recordAfter(
      emptyRecord('Ærø "🥛"', { total: 3 }),
      { total: 4 },
      cause('i', 5, 2),
    );
    const after = recordAfter(first, { total: 5 }, cause('j', 4, 2));
    const parked = { letter: 'an id', since: 7, after: 8, waiting: 2, resumed: true };

    for (const record of [first, after, { ...after, retrying: [6, 9] }, { ...after, parked }]) {
      expect(JSON.parse(writeRecord(record))).toEqual(JSON.parse(JSON.stringify(record)));
      expect(read(writeRecord(record))).toMatchObject(JSON.parse(JSON.stringify(record)));
    }
  });

  it('is not read from JSON whose causes could not be written as they are', () => {
    const read = recordReader(tallyState.schema);
    const record = { ...emptyRecord('k', { total: 3 }), causes: `","parked":"` };

    expect(() => read(JSON.stringify(record))).toThrow('not a row of marks');
  });

  it('is read from the JSON of a time when it had no sequences', () => {
    const read = recordReader(tallyState.schema);
    const old = { key: 'k', state: { total: 3 }, causes: ['a'], position: { TALLY: 9 } };

    expect(read(JSON.stringify(old))).toEqual({
      ...old,
      causes: markOf('a'),
      recent: [],
      settled: 0,
    });
  });

  it('is not read when it is not what the schema says', () => {
    const read = recordReader(tallyState.schema);

    expect(() => read('{')).toThrow();
    expect(() => read(JSON.stringify({ ...empty, state: { total: 'x' } }))).toThrow();
    expect(() => read(JSON.stringify({ ...empty, state: { total: 3 }, causes: 'x' }))).toThrow();
  });
});

describe('an event that is delivered again', () => {
  it('is recognised, however many of its key were applied since and whatever is forgotten', () => {
    // In any order, each with a floor that may lag behind but never passes an event not yet applied.
    const schedule = fc
      .shuffledSubarray(
        Array.from({ length: 400 }, (_, n) => n + 1),
        { minLength: 1 },
      )
      .chain((order) =>
        fc.tuple(fc.constant(order), fc.infiniteStream(fc.integer({ max: 50, min: 0 }))),
      );

    fc.assert(
      fc.property(schedule, ([order, lags]) => {
        let record = empty;
        const open = [...order].sort((a, b) => a - b);
        for (const sequence of order) {
          const floor = Math.max(0, (open[0] ?? 0) - 1 - (lags.next().value ?? 0));
          expect(knowsSequence(record, sequence)).toBe(false);
          record = recordAfter(record, 0, cause(`id ${sequence}`, sequence, floor));
          open.splice(open.indexOf(sequence), 1);
        }

        for (const sequence of order) expect(knowsSequence(record, sequence)).toBe(true);
        expect(knowsSequence(record, 401)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('needs no memory of its own once everything up to it is settled', () => {
    const record = Array.from({ length: 5000 }, (_, n) => n + 1).reduce(
      (soFar, sequence) => recordAfter(soFar, 0, cause(`${sequence}`, sequence, sequence - 10)),
      empty,
    );

    expect(record.recent.length).toBeLessThanOrEqual(10);
    expect(record.settled).toBe(4990);
    for (const sequence of [1, 2500, 4990, 4995, 5000]) {
      expect(knowsSequence(record, sequence)).toBe(true);
    }
  });

  it('takes bounded memory even when nothing is ever settled', () => {
    const record = Array.from({ length: rememberedSequences + 100 }, (_, n) => n + 1).reduce(
      (soFar, sequence) => recordAfter(soFar, 0, cause(`${sequence}`, sequence, 0)),
      empty,
    );

    expect(record.recent).toHaveLength(rememberedSequences);
    expect(knowsSequence(record, 101)).toBe(true);
  });

  it('is not mistaken for settled by a floor that is not of this stream', () => {
    const record = recordAfter(empty, 0, cause('a', 3, 5000));

    expect(record.settled).toBe(0);
    expect(knowsSequence(record, 2)).toBe(false);
    expect(knowsSequence(record, 4)).toBe(false);
  });

  it('stays settled when the broker has forgotten that it is', () => {
    const before = recordAfter(empty, 0, cause('a', 30, 20));

    const record = recordAfter(before, 0, cause('b', 31, 5));

    expect(record.settled).toBe(20);
    expect(knowsSequence(record, 15)).toBe(true);
  });
});
