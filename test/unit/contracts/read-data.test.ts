import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent, upcaster } from '../../../src/contracts/define-event.ts';
import { InvalidEvent } from '../../../src/contracts/invalid-event.ts';
import { readData } from '../../../src/contracts/read-data.ts';
import { defineStream } from '../../../src/contracts/streams.ts';

const Moved = defineEvent({
  type: 'box.move',
  version: 3,
  kind: 'request',
  stream: defineStream('box'),
  data: z.object({ box: z.string().max(10), metres: z.number().positive(), by: z.string() }),
  key: ({ box }) => box,
  upcasters: {
    1: upcaster(z.object({ box: z.string(), feet: z.number() }), ({ box, feet }) => ({
      box,
      centimetres: feet * 30,
    })),
    2: upcaster(z.object({ box: z.string(), centimetres: z.number() }), (old) => ({
      box: old.box,
      metres: old.centimetres / 100,
      by: 'unknown',
    })),
  },
});

const refusal = (run: () => unknown): InvalidEvent => {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidEvent) return error;
    throw error;
  }
  throw new Error('it was not refused');
};

describe('readData', () => {
  it('reads the current version', () => {
    const data = { box: 'b', metres: 2, by: 'me' };

    expect(readData(Moved, data, 3)).toEqual({ data, version: 3 });
  });

  it('brings an older version up step by step', () => {
    expect(readData(Moved, { box: 'b', feet: 10 }, 1)).toEqual({
      data: { box: 'b', metres: 3, by: 'unknown' },
      version: 1,
    });
    expect(readData(Moved, { box: 'b', centimetres: 50 }, 2)).toEqual({
      data: { box: 'b', metres: 0.5, by: 'unknown' },
      version: 2,
    });
  });

  it('makes the same of an event whichever version it comes in', () => {
    const first = fc.record({
      box: fc.string({ maxLength: 10 }),
      feet: fc.double({ min: 0.1, max: 1e6, noNaN: true }),
    });
    fc.assert(
      fc.property(first, (oldest) => {
        const older = Moved.upcasters[1]?.up(oldest);
        const newest = Moved.upcasters[2]?.up(older);

        const read = [oldest, older, newest].map((data, at) => readData(Moved, data, at + 1).data);

        expect(read).toEqual([newest, newest, newest]);
        for (const data of [oldest, older, newest]) {
          expect(readData(Moved, data, undefined).data).toEqual(newest);
        }
      }),
    );
  });

  it('finds the version itself when the producer states none', () => {
    expect(readData(Moved, { box: 'b', metres: 2, by: 'me' }, undefined).version).toBe(3);
    expect(readData(Moved, { box: 'b', centimetres: 50 }, undefined).version).toBe(2);
    expect(readData(Moved, { box: 'b', feet: 10 }, undefined)).toEqual({
      data: { box: 'b', metres: 3, by: 'unknown' },
      version: 1,
    });
  });

  it('takes the newest version that fits when several do', () => {
    const both = { box: 'b', feet: 10, centimetres: 50, metres: 7, by: 'me' };

    expect(readData(Moved, both, undefined)).toMatchObject({ version: 3, data: { metres: 7 } });
    const older = { box: 'b', feet: 10, centimetres: 50 };
    expect(readData(Moved, older, undefined)).toMatchObject({ version: 2, data: { metres: 0.5 } });
  });

  it('takes a stated version at its word', () => {
    const both = { box: 'b', feet: 10, centimetres: 50, metres: 7, by: 'me' };

    expect(readData(Moved, both, 1).data).toEqual({ box: 'b', metres: 3, by: 'unknown' });
  });

  it('drops fields that the contract does not know', () => {
    expect(readData(Moved, { box: 'b', metres: 2, by: 'me', more: 1 }, 3).data).toEqual({
      box: 'b',
      metres: 2,
      by: 'me',
    });
  });

  it('refuses versions from the future and versions that never were', () => {
    for (const version of [4, 999, 0, -1]) {
      const error = refusal(() => readData(Moved, { box: 'b', metres: 2, by: 'me' }, version));
      expect(error.reason).toBe('unsupported-version');
      expect(error.message).toBe(`box.move version ${version}: known are 1 to 3`);
    }
  });

  it('names every field that is wrong', () => {
    const error = refusal(() => readData(Moved, { box: 7, metres: -1 }, 3));

    expect(error.reason).toBe('invalid-data');
    expect(error.message).toMatch(/^box\.move version 3: /);
    for (const field of ['box: ', 'metres: ', 'by: ']) expect(error.message).toContain(field);
  });

  it('names the field of the version in which the data came', () => {
    const error = refusal(() => readData(Moved, { box: 'b', feet: 'ten' }, 1));

    expect(error.message).toMatch(/^box\.move version 1: feet: /);
  });

  it('complains about the newest version when none fits', () => {
    const error = refusal(() => readData(Moved, { box: 'b' }, undefined));

    expect(error.message).toMatch(/^box\.move version 3: /);
  });

  it('checks what a step made: an older event can break the current contract', () => {
    const error = refusal(() => readData(Moved, { box: 'b', feet: -10 }, 1));

    expect(error.message).toMatch(/^box\.move version 3: metres: /);
  });

  it('never repeats a value', () => {
    const secret = 'hunter2-hunter2-hunter2';
    const anything = fc.anything({ values: [fc.constant(secret)] });

    for (const version of [1, 2, 3, undefined]) {
      const error = refusal(() =>
        readData(
          Moved,
          { box: secret, metres: secret, feet: secret, centimetres: secret },
          version,
        ),
      );
      expect(error.message).not.toContain('hunter2');
    }
    fc.assert(
      fc.property(anything, (by) => {
        fc.pre(typeof by !== 'string');
        const error = refusal(() => readData(Moved, { box: 'b', metres: 1, by }, 3));
        expect(error.message).not.toContain('hunter2');
      }),
    );
  });

  it('refuses whatever is no object', () => {
    for (const data of [undefined, null, 1, 'text', [], [{}]]) {
      expect(refusal(() => readData(Moved, data, undefined)).reason).toBe('invalid-data');
    }
  });
});
