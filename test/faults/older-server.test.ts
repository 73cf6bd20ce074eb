import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkOlderServer } from './older-server.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-older-'));
});

afterAll(() => rm(folder, { recursive: true }));

/** A program that says that it is this version. */
const program = async (version: string): Promise<string> => {
  const file = join(folder, version);
  await writeFile(file, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  await chmod(file, 0o755);
  return file;
};

describe('the older server of an upgrade', () => {
  it('need not be named', async () => {
    await expect(checkOlderServer(undefined, await program('2.15.1'))).resolves.toBeUndefined();
  });

  it('is one that is older, and new enough for the project', async () => {
    const newer = await program('2.15.1');

    await expect(checkOlderServer(await program('2.14.3'), newer)).resolves.toBeUndefined();
  });

  it.each([
    ['2.15.1', 'is version 2.15.1, and the suite runs 2.15.1'],
    ['2.16.0', 'is version 2.16.0, and the suite runs 2.15.1'],
    ['2.10.0', 'is version 2.10.0, older than 2.14.3'],
  ])('is not %s', async (version, why) => {
    const checked = checkOlderServer(await program(version), await program('2.15.1'));

    await expect(checked).rejects.toThrow('NATS_SERVER_OLDER names no older nats-server');
    await expect(checked).rejects.toThrow(why);
  });

  it('is not a file that is not there', async () => {
    const checked = checkOlderServer(join(folder, 'none'), await program('2.15.1'));

    await expect(checked).rejects.toMatchObject({ name: 'UsageError' });
  });
});
