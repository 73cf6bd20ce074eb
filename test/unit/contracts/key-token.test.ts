import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyToken, partitionOf } from '../../../src/contracts/key-token.ts';
import { anyText } from '../../support/any-text.ts';

/** Any text, and often text that is nearly plain. */
const keys = fc.oneof(
  anyText({ maxLength: 80 }),
  fc.string({ unit: fc.constantFrom(...'aZ0_-~.*> \r\n\t%é🥛'), maxLength: 80 }),
  fc.stringMatching(/^[A-Za-z0-9_-]{1,66}$/),
  // JSON can hold half characters, which have no UTF-8.
  fc.string({ unit: fc.constantFrom(...'a\ud800\ud801\udc00\ufffd'.split('')), maxLength: 3 }),
);

describe('keyToken', () => {
  it('lets a plain key stand for itself', () => {
    for (const key of ['u1', 'A-b_9', '-', '_', 'x'.repeat(64)]) expect(keyToken(key)).toBe(key);
  });

  it('hashes every other key', () => {
    for (const key of ['', ' ', 'a.b', '*', '>', '~u1', 'x'.repeat(65), 'a\n', 'Ærø']) {
      expect(keyToken(key)).toMatch(/^~[A-Za-z0-9_-]{43}$/);
    }
  });

  it('stays what it was: keys must find their states again', () => {
    expect(keyToken('whole milk')).toBe('~h6FgLVkU-eR_6z6VVGhnT41z3rpK61UHUPYZAPVIW0U');
    expect(keyToken('Ærø')).toBe('~j84TxPGXfONq58HXtKARGaAxTH9cTkKKiFcWr7D-N1g');
  });

  it('lets nothing into a subject but letters, digits and a few signs', () => {
    fc.assert(fc.property(keys, (key) => /^~?[A-Za-z0-9_-]{1,64}$/.test(keyToken(key))));
  });

  it('gives two keys two tokens', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        fc.pre(one !== other);
        expect(keyToken(one)).not.toBe(keyToken(other));
      }),
      { numRuns: 2000 },
    );
  });

  it('does not take a token for the key that it stands for', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const token = keyToken(key);
        fc.pre(token !== key);
        expect(keyToken(token)).not.toBe(token);
      }),
    );
  });
});

describe('partitionOf', () => {
  it('is FNV-1a of 32 bits: the published examples come out', () => {
    const whole = 2 ** 32;
    expect(partitionOf('', whole)).toBe(0x811c9dc5);
    expect(partitionOf('a', whole)).toBe(0xe40c292c);
    expect(partitionOf('foobar', whole)).toBe(0xbf9cf968);
  });

  it('is always one of the partitions, and always the same', () => {
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 1024 }), (key, partitions) => {
        const partition = partitionOf(keyToken(key), partitions);
        expect(Number.isInteger(partition)).toBe(true);
        expect(partition).toBeGreaterThanOrEqual(0);
        expect(partition).toBeLessThan(partitions);
        expect(partitionOf(keyToken(key), partitions)).toBe(partition);
      }),
    );
  });

  it('spreads keys over all partitions', () => {
    const counts = new Array<number>(16).fill(0);
    for (let n = 0; n < 16_000; n++) counts[partitionOf(keyToken(`user-${n}`), 16)]!++;

    expect(Math.min(...counts)).toBeGreaterThan(800);
    expect(Math.max(...counts)).toBeLessThan(1200);
  });
});
