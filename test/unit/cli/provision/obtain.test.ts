import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cachePlace } from '../../../../src/cli/provision/cache.ts';
import { obtain } from '../../../../src/cli/provision/obtain.ts';
import type { Place, Way } from '../../../../src/cli/provision/way.ts';
import { grinder, surroundingsIn, temporaryFolder, writeGrinder } from './fake-tool.ts';

const emptyPlace = (name: string): Place => ({
  name,
  find: async () => {
    throw new Error(`not in ${name}`);
  },
});

const brokenWay = (name: string): Way => ({
  name,
  fetch: async () => {
    throw new Error(`${name} is closed`);
  },
});

const wayTo = (version: string): Way & { calls: number } => ({
  name: `way to ${version}`,
  calls: 0,
  async fetch(_tool, folder) {
    this.calls += 1;
    await writeGrinder(folder, version);
    return [folder];
  },
});

test('takes what a place has and tries no way', async () => {
  await using cache = await temporaryFolder();
  const way = wayTo('2.1.0');
  const place: Place = { name: 'shelf', find: async () => '/shelf/grinder' };

  const path = await obtain(
    grinder,
    { places: [emptyPlace('PATH'), place], ways: [way] },
    surroundingsIn(cache.path),
  );

  expect({ path, calls: way.calls }).toEqual({ path: '/shelf/grinder', calls: 0 });
});

test('tries the ways in order until one gives a fit program, and keeps that one', async () => {
  await using cache = await temporaryFolder();
  const surroundings = surroundingsIn(cache.path);
  const [tooOld, fit, unused] = [wayTo('1.0.0'), wayTo('2.1.0'), wayTo('2.2.0')];

  const path = await obtain(
    grinder,
    { places: [], ways: [brokenWay('road'), tooOld, fit, unused] },
    surroundings,
  );

  expect(path).toBe(join(cache.path, 'tools', 'grinder'));
  expect([tooOld.calls, fit.calls, unused.calls]).toEqual([1, 1, 0]);
  expect(surroundings.told).toEqual([
    'grinder: trying road',
    'grinder: trying way to 1.0.0',
    'grinder: trying way to 2.1.0',
  ]);
  expect(await readdir(cache.path, { recursive: true })).toEqual(['tools', 'tools/grinder']);
});

test('replaces a program in the cache that has become too old', async () => {
  await using cache = await temporaryFolder();
  const surroundings = surroundingsIn(cache.path);
  await writeGrinder(join(cache.path, 'tools'), '1.5.0');
  const places = [cachePlace(surroundings)];

  await obtain(grinder, { places, ways: [wayTo('2.1.0')] }, surroundings);

  await expect(cachePlace(surroundings).find(grinder)).resolves.toBeDefined();
});

test('fetches once for many that ask at the same time', async () => {
  await using cache = await temporaryFolder();
  const surroundings = surroundingsIn(cache.path);
  const way = wayTo('2.1.0');
  const means = { places: [cachePlace(surroundings)], ways: [way] };

  const paths = await Promise.all(
    Array.from({ length: 4 }, () => obtain(grinder, means, surroundings)),
  );

  expect({ different: new Set(paths).size, calls: way.calls }).toEqual({ different: 1, calls: 1 });
});

test('lists every place and way with its reason when none will do, and says what to install', async () => {
  await using cache = await temporaryFolder();
  const means = { places: [emptyPlace('PATH')], ways: [brokenWay('road'), wayTo('1.0.0')] };

  const search = obtain(grinder, means, surroundingsIn(cache.path));

  await expect(search).rejects.toMatchObject({ name: 'ToolUnavailableError', tool: 'grinder' });
  const message = await search.catch((error: Error) => error.message);
  const lines = message.split('\n');
  expect(lines[0]).toBe('no grinder 2.0.0 or newer is to be had:');
  expect(lines[1]).toBe('  PATH: not in PATH');
  expect(lines[2]).toBe('  road: road is closed');
  expect(lines[3]).toMatch(
    /^ {2}way to 1\.0\.0: .*grinder is version 1\.0\.0, older than 2\.0\.0$/,
  );
  expect(lines[4]).toContain('Install grinder 2.0.0 or newer');
  expect(lines[4]).toContain('GRINDER');
});
