import { describe, expect, it } from 'vitest';
import { readCommand } from '../../../bench/command.ts';
import { comparisons } from '../../../bench/comparisons.ts';
import { UsageError } from '../../../src/cli/terminal/usage-error.ts';

/** The names of what a command line runs. */
const planned = async (...args: string[]): Promise<string[]> => {
  const command = await readCommand(args);
  return command.kind === 'compare' ? command.planned.map(({ comparison }) => comparison.name) : [];
};

describe('the command of the benchmark', () => {
  const all = comparisons.map(({ name }) => name);

  it('runs everything that it has', async () => {
    expect(await planned()).toEqual(all);
    expect(await planned('--quick')).toEqual(all);
  });

  it('runs one part by its name', async () => {
    for (const name of all) expect(await planned(name, '--quick')).toEqual([name]);
  });

  it('takes options without a name for those of the rows', async () => {
    expect(await planned('--rows', 'state')).toEqual(['rows']);
  });

  it('runs less when it is to be quick', async () => {
    const seconds = async (args: string[]): Promise<number[]> => {
      const command = await readCommand(args);
      return command.kind === 'compare' ? command.planned.map(({ plan }) => plan.seconds) : [];
    };
    const [whole, quick] = [await seconds([]), await seconds(['--quick'])];

    expect(quick.every((part, index) => part <= (whole[index] ?? 0))).toBe(true);
  });

  it('explains itself and every part of it', async () => {
    for (const name of all) {
      expect(await readCommand(['--help'])).toMatchObject({
        usage: expect.stringContaining(`${name} `),
      });
      expect(await readCommand([name, '--help'])).toMatchObject({
        usage: expect.stringContaining(`npm run bench -- ${name}`),
      });
    }
  });

  it('refuses what it does not know, by its name', async () => {
    await expect(readCommand(['speed'])).rejects.toThrow(/"speed" is no command.*rows/);
    for (const name of all) {
      await expect(readCommand([name, '--speed'])).rejects.toThrow(UsageError);
      await expect(readCommand([name, 'speed'])).rejects.toThrow(UsageError);
    }
  });
});
