import fc from 'fast-check';
import { expect, it } from 'vitest';
import { NumberTable } from '../../../../src/infra/nats/number-table.ts';

const number = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  // Numbers with the same last bits share a slot.
  fc.integer({ min: 1, max: 40 }).map((n) => n * 64),
  fc.integer({ min: 1, max: 10 }).map((n) => 2 ** 40 + n),
);
const step = fc.record({
  what: fc.constantFrom('set', 'set', 'set', 'delete', 'delete', 'clear-sometimes'),
  number,
  value: fc.integer(),
});

it('does what a map does, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      const [table, map] = [new NumberTable<number>(), new Map<number, number>()];
      for (const { what, number: key, value } of steps) {
        if (what === 'set') {
          table.set(key, value);
          map.set(key, value);
        } else if (what === 'delete') {
          expect(table.delete(key)).toBe(map.delete(key));
        } else if (value % 97 === 0) {
          table.clear();
          map.clear();
        }
        expect(table.size).toBe(map.size);
        expect(table.has(key)).toBe(map.has(key));
        expect(table.get(key)).toBe(map.get(key));
      }
      expect(table.numbers().sort()).toEqual([...map.keys()].sort());
      expect(table.values().sort()).toEqual([...map.values()].sort());
      for (const [key, value] of map) expect(table.get(key)).toBe(value);
    }),
    { numRuns: 300 },
  );
});
