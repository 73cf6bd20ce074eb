import { isAbsolute } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { versionAt } from '../../../../src/cli/provision/accept.ts';
import { provision } from '../../../../src/cli/provision/provision.ts';
import { tools } from '../../../../src/cli/provision/tools.ts';
import { compareVersions } from '../../../../src/cli/provision/version.ts';
import { grinder, temporaryFolder, writeGrinder } from './fake-tool.ts';

afterEach(() => vi.unstubAllEnvs());

test('finds a nats-server that runs and is new enough', async () => {
  const tool = tools['nats-server'];

  const path = await provision(tool);

  expect(isAbsolute(path)).toBe(true);
  expect(compareVersions(await versionAt(path, tool), tool.minimum)).toBeGreaterThanOrEqual(0);
});

test('uses the program that the environment names', async () => {
  await using folder = await temporaryFolder();
  const path = await writeGrinder(folder.path, '2.0.0');
  vi.stubEnv('GRINDER', path);

  await expect(provision(grinder)).resolves.toBe(path);
});

test('refuses a program that the environment names if it is too old, and looks for no other', async () => {
  await using folder = await temporaryFolder();
  const path = await writeGrinder(folder.path, '1.9.0');
  vi.stubEnv('GRINDER', path);

  await expect(provision(grinder)).rejects.toThrow(
    `GRINDER names no fit grinder: ${path} is version 1.9.0, older than 2.0.0`,
  );
});

test('pins a release for every platform with checksums of the right form', () => {
  const platforms = ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64'];

  for (const { release } of Object.values(tools)) {
    expect(Object.keys(release.checksums)).toEqual(platforms);
    for (const sum of Object.values(release.checksums)) {
      expect(sum).toMatch(/^([0-9a-f]{64}|[0-9a-f]{128})$/);
    }
  }
});
