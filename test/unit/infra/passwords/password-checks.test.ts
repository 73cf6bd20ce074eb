import { describe, expect, it } from 'vitest';
import {
  passwordChecks,
  TooManyPasswordChecks,
} from '../../../../src/infra/passwords/password-checks.ts';

/** Verifications that end when a test says so; passwords tell them apart. */
const heldBack = () => {
  const started: string[] = [];
  const ends = new Map<string, (fits: boolean | Error) => void>();
  const verify = (_hash: string, password: string): Promise<boolean> => {
    started.push(password);
    return new Promise((resolve, reject) => {
      ends.set(password, (fits) => (fits instanceof Error ? reject(fits) : resolve(fits)));
    });
  };
  return { started, verify, end: (name: string, fits: boolean | Error) => ends.get(name)?.(fits) };
};

describe('checking passwords in turns', () => {
  it('verifies so many at once and the rest in the order in which they came', async () => {
    const { started, verify, end } = heldBack();
    const checks = passwordChecks({ atOnce: 2, waiting: 2, verify });

    const answers = ['a', 'b', 'c', 'd'].map((password) => checks.verify('hash', password));
    await Promise.resolve();

    expect(started).toEqual(['a', 'b']);

    end('b', true);
    expect(await answers[1]).toBe(true);
    await Promise.resolve();
    expect(started).toEqual(['a', 'b', 'c']);

    for (const name of ['a', 'c']) end(name, false);
    expect(await answers[2]).toBe(false);
    await Promise.resolve();
    end('d', true);
    expect(await Promise.all(answers)).toEqual([false, true, false, true]);
  });

  it('refuses at once when too many wait, and takes more when they are done', async () => {
    const { verify, end } = heldBack();
    const checks = passwordChecks({ atOnce: 1, waiting: 1, verify });
    const running = checks.verify('hash', 'running');
    const waiting = checks.verify('hash', 'waiting');

    await expect(checks.verify('hash', 'refused')).rejects.toThrow(TooManyPasswordChecks);

    end('running', true);
    await running;
    const next = checks.verify('hash', 'next');
    await Promise.resolve();
    end('waiting', true);
    await waiting;
    await Promise.resolve();
    end('next', true);
    expect(await next).toBe(true);
  });

  it('goes on after one that failed', async () => {
    const { verify, end } = heldBack();
    const checks = passwordChecks({ atOnce: 1, waiting: 1, verify });
    const failing = checks.verify('hash', 'failing');
    const waiting = checks.verify('hash', 'waiting');
    await Promise.resolve();

    end('failing', new Error('no memory'));

    await expect(failing).rejects.toThrow('no memory');
    await Promise.resolve();
    end('waiting', true);
    expect(await waiting).toBe(true);
  });
});
