import { describe, expect, it } from 'vitest';
import { type OpenBus, World } from './bus-under-test.ts';

/** Marks of what may have ended a process. */
export const suspectsSuite = (open: OpenBus): void => {
  describe('marking suspects', () => {
    it('remembers a count of each, until it is cleared', async () => {
      await using world = await World.open(open);
      const marks = world.bus.suspects;
      const one = { stream: world.stream.name, sequence: 5, storedAt: 1_000 };
      const other = { ...one, sequence: 6 };
      expect(await marks.count(one)).toBe(0);

      await marks.mark(one, 1);
      await marks.mark(one, 2);
      await marks.mark(other, 1);

      expect(await marks.count(one)).toBe(2);
      expect(await marks.count({ ...one, storedAt: 2_000 })).toBe(0);
      await marks.clear(one);
      expect(await marks.count(one)).toBe(0);
      expect(await marks.count(other)).toBe(1);
    });

    it('clears what was never marked', async () => {
      await using world = await World.open(open);

      await world.bus.suspects.clear({ stream: world.stream.name, sequence: 1, storedAt: 1 });
    });
  });
};
