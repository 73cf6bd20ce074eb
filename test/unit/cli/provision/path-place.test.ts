import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pathPlace } from '../../../../src/cli/provision/path-place.ts';
import { grinder, surroundingsIn, temporaryFolder, writeGrinder } from './fake-tool.ts';

const placeOf = (...folders: readonly string[]) =>
  pathPlace({ ...surroundingsIn('/none'), environment: { PATH: folders.join(':') } });

test('names the version of a program that is too old', async () => {
  await using folder = await temporaryFolder();
  const path = await writeGrinder(folder.path, '1.9.10');

  const search = placeOf(folder.path).find(grinder);

  await expect(search).rejects.toThrow(`${path} is version 1.9.10, older than 2.0.0`);
});

test('passes over a program that is too old for a fit one further on', async () => {
  await using folder = await temporaryFolder();
  await writeGrinder(join(folder.path, 'old'), '1.9.10');
  const fit = await writeGrinder(join(folder.path, 'new'), '2.0.1');

  const search = placeOf(join(folder.path, 'old'), join(folder.path, 'new')).find(grinder);

  await expect(search).resolves.toBe(fit);
});

test('finds a program under the other name that packages give it', async () => {
  await using folder = await temporaryFolder();
  const path = await writeGrinder(folder.path, '2.0.1');

  const search = placeOf(folder.path).find({ ...grinder, name: 'mill', alsoNamed: 'grinder' });

  await expect(search).resolves.toBe(path);
});

test('says that nothing is there', async () => {
  await expect(placeOf('/none').find(grinder)).rejects.toThrow('no grinder there');
});
