import { expect, it } from 'vitest';
import { LogLimit } from '../../../../src/infra/observability/log-limit.ts';

const open = () => {
  let now = 0;
  const written: unknown[] = [];
  const limit = new LogLimit({ burst: 2, everyMs: 1_000, elapsed: () => now });
  return {
    written,
    say: (kind: string, times = 1) => {
      for (let n = 0; n < times; n++) limit.line(kind, (more) => written.push([kind, more]));
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
};

it('writes the first lines of a kind, and says later how many more there were', () => {
  const { say, pass, written } = open();

  say('a', 7);
  pass(999);
  say('a');
  pass(1);
  say('a', 2);
  pass(1_000);
  say('a');

  expect(written).toEqual([
    ['a', {}],
    ['a', {}],
    ['a', { suppressed: 6 }],
    ['a', {}],
    ['a', {}],
  ]);
});

it('bounds each kind for itself', () => {
  const { say, written } = open();

  say('a', 3);
  say('b');

  expect(written).toHaveLength(3);
  expect(written.at(-1)).toEqual(['b', {}]);
});
