import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readKeys } from '../../../src/gateway/read-keys.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-keys-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('reads a key', async () => {
  const file = join(folder, 'key.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFile(file, pem);

  expect(await readKeys(file)).toBe(pem);
});

it('names the variable and the file when there is none, and says how to make one', async () => {
  const other = join(folder, 'other.txt');
  await writeFile(other, 'root:x:0:0');

  await expect(readKeys(folder)).rejects.toThrow(
    `TOKEN_KEY_FILE: ${folder} cannot be read (EISDIR)`,
  );
  await expect(readKeys(join(folder, 'none'))).rejects.toThrow('cannot be read (ENOENT)');
  await expect(readKeys(other)).rejects.toThrow(/holds no private key.*openssl genpkey/);
});
