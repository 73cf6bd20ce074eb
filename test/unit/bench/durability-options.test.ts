import { describe, expect, it } from 'vitest';
import { readDurabilityOptions } from '../../../bench/durability/durability-options.ts';
import { UsageError } from '../../../src/cli/terminal/usage-error.ts';

describe('the command line of the comparison of durability', () => {
  it('needs nothing', () => {
    expect(readDurabilityOptions([])).toEqual({ rounds: 3, measureMs: 1500 });
  });

  it('says how often and how long', () => {
    expect(readDurabilityOptions(['--rounds', '7', '--ms', '4000'])).toEqual({
      rounds: 7,
      measureMs: 4000,
    });
    expect(readDurabilityOptions(['--quick', '--ms', '400'])).toEqual({
      rounds: 1,
      measureMs: 400,
    });
  });

  it('is refused with a word on what is wrong', () => {
    for (const wrong of [['--rounds', '0'], ['--ms', 'long'], ['--servers', '3'], ['always']]) {
      expect(() => readDurabilityOptions(wrong), wrong.join(' ')).toThrow(UsageError);
    }
  });
});
