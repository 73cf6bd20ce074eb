import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverConfig } from '../../../../src/cli/start/broker.ts';
import { commandOf } from '../../../../src/cli/start/command-of.ts';
import {
  ensureTokenKey,
  lockFolder,
  openDataFolder,
} from '../../../../src/cli/start/data-folder.ts';
import { freePort, isFree } from '../../../../src/cli/start/free-port.ts';

let place = '';
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'millrace-data-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

test('a folder is made, for its owner only', async () => {
  const folder = await openDataFolder(join(place, 'new', 'data'));

  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  expect((await stat(folder.logs)).isDirectory()).toBe(true);
});

test('a path that is no folder is refused in one sentence', async () => {
  await writeFile(join(place, 'file'), '');

  await expect(openDataFolder(join(place, 'file'))).rejects.toThrow(
    /^the data folder .* cannot be used/,
  );
});

test('the token key is an Ed25519 key that only its owner reads, and stays the same', async () => {
  const { tokenKey } = await openDataFolder(place);
  await ensureTokenKey(tokenKey);
  const pem = await readFile(tokenKey, 'utf8');
  await ensureTokenKey(tokenKey);

  expect(createPrivateKey(pem).asymmetricKeyType).toBe('ed25519');
  expect((await stat(tokenKey)).mode & 0o777).toBe(0o600);
  expect(await readFile(tokenKey, 'utf8')).toBe(pem);
});

test('a lock that a dead process left behind, or another program now has the number of, is taken', async () => {
  const folder = await openDataFolder(place);
  for (const holder of ['999999999', String(process.ppid), 'nonsense', '']) {
    await writeFile(join(place, 'start.pid'), holder);
    const lock = await lockFolder(folder);
    expect(await readFile(join(place, 'start.pid'), 'utf8')).toBe(`${process.pid}\n`);
    await lock[Symbol.asyncDispose]();
  }

  await expect(stat(join(place, 'start.pid'))).rejects.toThrow('ENOENT');
});

test('a running process has a command line, a missing one has none', async () => {
  expect(await commandOf(process.pid)).toContain('node');
  expect(await commandOf(999_999_999)).toBeUndefined();
});

test('the server is for this machine alone, with its streams on files', async () => {
  const folder = await openDataFolder(join(place, 'a "b" c'));
  const config = serverConfig(folder, 4222);

  expect(config).toContain('listen: "127.0.0.1:4222"');
  expect(config).toContain(`store_dir: ${JSON.stringify(folder.jetStream)}`);
});

test('a port that somebody listens on is not taken: another one is found', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const taken = typeof address === 'object' ? (address?.port ?? 0) : 0;

  expect(await isFree(taken)).toBe(false);
  const found = await freePort(taken);
  expect(found).not.toBe(taken);
  expect(found).toBeGreaterThan(0);

  await new Promise((resolve) => server.close(resolve));
  expect(await freePort(taken)).toBe(taken);
});
