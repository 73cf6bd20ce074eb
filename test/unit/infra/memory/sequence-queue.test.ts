import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SequenceQueue } from '../../../../src/infra/memory/sequence-queue.ts';

it('behaves like a list from which anything may be taken out', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant({ kind: 'push' } as const) },
    { weight: 4, arbitrary: fc.constant({ kind: 'shift' } as const) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: fc.nat(9999) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new SequenceQueue();
      const list: number[] = [];
      let next = 1;
      for (const taken of steps) {
        if (taken.kind === 'push') {
          queue.push(next);
          list.push(next++);
        } else if (taken.kind === 'shift') {
          expect(queue.shift()).toBe(list.shift());
        } else {
          const sequence = taken.at % next;
          const at = list.indexOf(sequence);
          expect(queue.remove(sequence)).toBe(at >= 0);
          if (at >= 0) list.splice(at, 1);
        }
        expect(queue.first()).toBe(list[0]);
        expect(queue.size).toBe(list.length);
      }
    }),
  );
});

it('keeps its order over the point at which it lets go of what is used', () => {
  const queue = new SequenceQueue();
  for (let sequence = 1; sequence <= 5000; sequence++) queue.push(sequence);

  const shifted = Array.from({ length: 5000 }, () => queue.shift());

  expect(shifted).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
  expect(queue.shift()).toBeUndefined();
});
