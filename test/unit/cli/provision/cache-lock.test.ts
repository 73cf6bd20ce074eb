import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CacheLock } from '../../../../src/cli/provision/cache-lock.ts';
import { temporaryFolder } from './fake-tool.ts';

const silence = (): void => undefined;

test('has one holder at a time', async () => {
  await using cache = await temporaryFolder();
  const events: string[] = [];
  const hold = async (name: string): Promise<void> => {
    await using _lock = await CacheLock.acquire(cache.path, silence);
    events.push(`${name} in`);
    await new Promise(setImmediate);
    events.push(`${name} out`);
  };

  await Promise.all([hold('first'), hold('second')]);

  const [one, two, three, four] = events.map((event) => event.split(' '));
  expect([one?.[1], two?.[1], three?.[1], four?.[1]]).toEqual(['in', 'out', 'in', 'out']);
  expect([one?.[0], three?.[0]]).toEqual([two?.[0], four?.[0]]);
});

test('is taken over from a process that has died, with what that left behind', async () => {
  await using cache = await temporaryFolder();
  const { pid } = spawnSync('true');
  await mkdir(join(cache.path, 'lock', 'fetch-half'), { recursive: true });
  await writeFile(join(cache.path, 'lock', 'beat'), `${hostname()} ${pid} 7`);

  await using lock = await CacheLock.acquire(cache.path, silence);

  expect(existsSync(join(lock.folder, 'fetch-half'))).toBe(false);
});

test('leaves no trace when it is let go', async () => {
  await using cache = await temporaryFolder();

  const lock = await CacheLock.acquire(cache.path, silence);
  await lock[Symbol.asyncDispose]();

  expect(existsSync(lock.folder)).toBe(false);
});
