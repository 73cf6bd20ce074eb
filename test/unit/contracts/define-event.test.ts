import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent, upcaster } from '../../../src/contracts/define-event.ts';
import { defineQuery, querySubject } from '../../../src/contracts/define-query.ts';
import { defineStream } from '../../../src/contracts/streams.ts';

const stream = defineStream('box');
const definition = {
  type: 'box.move',
  version: 1,
  kind: 'request',
  stream,
  data: z.object({ box: z.string() }),
  key: ({ box }: { box: string }) => box,
} as const;

describe('defineEvent', () => {
  it('gives a contract that also makes events', () => {
    const Move = defineEvent(definition);

    expect(Move({ box: 'b' })).toEqual({ contract: Move, data: { box: 'b' } });
    expect({ ...Move }).toMatchObject({ type: 'box.move', version: 1, kind: 'request', stream });
    expect(Move.key({ box: 'b' })).toBe('b');
  });

  it('has neither personal nor secret fields nor steps unless they are declared', () => {
    const Move = defineEvent(definition);

    expect([Move.personal, Move.secret, Move.upcasters]).toEqual([[], [], {}]);
    expect(defineEvent({ ...definition, personal: ['box'] }).personal).toEqual(['box']);
  });

  it("refuses a type that is not its service's", () => {
    for (const type of [
      'cart.move',
      'boxes.move',
      'box',
      'box.',
      'box.Move',
      'box.a.b',
      'box.*',
      'box.>',
      'box.1st',
      'box.move ',
      'xbox.move',
    ]) {
      expect(() => defineEvent({ ...definition, type }), type).toThrow(TypeError);
    }
  });

  it('refuses a version without a step from each older one, naming the missing one', () => {
    const step = upcaster(z.unknown(), () => ({ box: 'b' }));

    expect(() => defineEvent({ ...definition, version: 2 })).toThrow('no upcaster from version 1');
    expect(() => defineEvent({ ...definition, version: 3, upcasters: { 1: step } })).toThrow(
      'no upcaster from version 2',
    );
    expect(() => defineEvent({ ...definition, version: 3, upcasters: { 2: step } })).toThrow(
      'no upcaster from version 1',
    );
    expect(
      defineEvent({ ...definition, version: 3, upcasters: { 1: step, 2: step } }).version,
    ).toBe(3);
  });
});

describe('defineQuery', () => {
  const query = { name: 'box.find', question: z.object({}), answer: z.object({}) };

  it('gives a question its subject', () => {
    expect(querySubject(defineQuery(query))).toBe('query.box.find');
  });

  it('refuses a name that would be something else in a subject', () => {
    for (const name of ['box', 'box.', '.find', 'box.find.it', 'Box.find', 'box.*', 'box.find\n']) {
      expect(() => defineQuery({ ...query, name }), name).toThrow(TypeError);
    }
  });
});
