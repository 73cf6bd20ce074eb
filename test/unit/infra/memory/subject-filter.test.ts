import { expect, it } from 'vitest';
import { anyOf, subjectFilter } from '../../../../src/infra/memory/subject-filter.ts';

it('lets pass what NATS lets pass', () => {
  const cases: readonly (readonly [filter: string, subject: string, passes: boolean])[] = [
    ['a.b', 'a.b', true],
    ['a.b', 'a.b.c', false],
    ['a.b', 'a', false],
    ['a.>', 'a.b', true],
    ['a.>', 'a.b.c', true],
    ['a.>', 'a', false],
    ['a.>', 'ab.c', false],
    ['a.*', 'a.b', true],
    ['a.*', 'a.b.c', false],
    ['*.b', 'a.b', true],
    ['*.b', 'b', false],
    ['a.*.c', 'a.b.c', true],
    ['a.*.c', 'a.b.d', false],
    ['a.*.>', 'a.b.c.d', true],
    ['a.*.>', 'a.b', false],
  ];

  for (const [filter, subject, passes] of cases) {
    expect(subjectFilter(filter)(subject), `${filter} ${subject}`).toBe(passes);
  }
});

it('lets pass what any of several lets pass', () => {
  const passes = anyOf(['a.>', 'b']);

  expect(['a.x', 'b', 'c'].map(passes)).toEqual([true, true, false]);
});
