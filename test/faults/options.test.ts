import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import { findScenarios } from './find-scenarios.ts';
import { readFaultOptions } from './options.ts';
import { scenarios } from './scenarios.ts';

const read = (...args: string[]) => readFaultOptions(args, findScenarios, 1_700_000_000_123);
const namesOf = (options: ReturnType<typeof read>) => options?.scenarios.map(({ name }) => name);

describe('the command line of the fault suite', () => {
  it('means every scenario, once, with a seed by the clock', () => {
    const options = read();

    expect(options?.scenarios).toBe(scenarios);
    expect(options).toMatchObject({ times: 1, keepGoing: false, soakMs: undefined, list: false });
    expect(options?.seed).toBeGreaterThan(0);
  });

  it('takes names, a seed, a number of events and a time to soak', () => {
    const options = read(
      'kill-worker',
      'million',
      '--seed',
      '7',
      '--events',
      '100',
      '--soak',
      '2m',
    );

    expect(namesOf(options)).toEqual(['kill-worker', 'million']);
    expect(options).toMatchObject({ seed: 7, events: 100, soakMs: 120_000 });
  });

  it('combines scenarios that strike different things', () => {
    const [both] = read('kill-worker+cut-connections+deleted-consumers')?.scenarios ?? [];

    expect(both?.name).toBe('kill-worker+cut-connections+deleted-consumers');
    expect(both?.isLinked).toBe(true);
  });

  it.each([
    ['kill-wroker', 'there is no scenario "kill-wroker"'],
    ['kill-worker+zombie-8s', 'cannot strike at once'],
    ['kill-leader+kill-server', 'cannot strike at once'],
    ['kill-worker+power-cut', 'cannot strike at once'],
    ['--seed=x', '--seed is a whole number'],
    ['--soak=5', '--soak is a time such as 90s, 10m or 2h, not "5"'],
    ['--soak=0m', '--soak is a time'],
    ['--times=0', '--times is a whole number'],
    ['--whatever', '--whatever'],
  ])('refuses %s', (argument, why) => {
    expect(() => read(argument)).toThrow(UsageError);
    expect(() => read(argument)).toThrow(why);
  });
});

describe('the scenarios', () => {
  it('have names of their own that a command line can take', () => {
    const names = scenarios.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9-]+$/.test(name))).toEqual([]);
  });
});
