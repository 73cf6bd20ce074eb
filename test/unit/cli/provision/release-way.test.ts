import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { obtain } from '../../../../src/cli/provision/obtain.ts';
import { platformName, releaseWay } from '../../../../src/cli/provision/release-way.ts';
import type { Release, Tool } from '../../../../src/cli/provision/tools.ts';
import { grinder, surroundingsIn, temporaryFolder, writeGrinder } from './fake-tool.ts';

const archiveIn = async (folder: string): Promise<Buffer> => {
  await writeGrinder(join(folder, 'grinder-2.1.0'), '2.1.0');
  execFileSync('tar', ['-czf', 'grinder.tar.gz', 'grinder-2.1.0'], { cwd: folder });
  return readFile(join(folder, 'grinder.tar.gz'));
};

const serve = async (content: Buffer): Promise<AsyncDisposable & { readonly url: string }> => {
  const server = createServer((_request, response) => void response.end(content));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/grinder.tar.gz`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const releasedAt = (url: string, checksum: string): Tool & { readonly release: Release } => ({
  ...grinder,
  release: { version: '2.1.0', archiveUrl: () => url, checksums: { [platformName()]: checksum } },
});

test.each(['sha256', 'sha512'])(
  'keeps a release that has the pinned checksum, %s',
  async (algorithm) => {
    await using folder = await temporaryFolder();
    const archive = await archiveIn(folder.path);
    await using server = await serve(archive);
    const tool = releasedAt(server.url, createHash(algorithm).update(archive).digest('hex'));
    const cache = join(folder.path, 'cache');

    const path = await obtain(tool, { places: [], ways: [releaseWay()] }, surroundingsIn(cache));

    expect(execFileSync(path, ['--version'], { encoding: 'utf8' })).toBe('grinder 2.1.0\n');
  },
);

test('finds the program where the archive has it', async () => {
  await using folder = await temporaryFolder();
  await writeGrinder(join(folder.path, 'mill', 'parts', 'bin'), '2.1.0');
  execFileSync('tar', ['-czf', 'mill.tar.gz', 'mill'], { cwd: folder.path });
  const archive = await readFile(join(folder.path, 'mill.tar.gz'));
  await using server = await serve(archive);
  const plain = releasedAt(server.url, createHash('sha256').update(archive).digest('hex'));
  const tool = { ...plain, release: { ...plain.release, programsIn: 'parts/bin' } };
  const cache = join(folder.path, 'cache');

  const path = await obtain(tool, { places: [], ways: [releaseWay()] }, surroundingsIn(cache));

  expect(execFileSync(path, ['--version'], { encoding: 'utf8' })).toBe('grinder 2.1.0\n');
});

test('refuses a release that has another checksum and leaves nothing in the cache', async () => {
  await using folder = await temporaryFolder();
  await using server = await serve(await archiveIn(folder.path));
  const tool = releasedAt(server.url, '0'.repeat(64));
  const cache = join(folder.path, 'cache');

  const search = obtain(tool, { places: [], ways: [releaseWay()] }, surroundingsIn(cache));

  await expect(search).rejects.toThrow(/has the checksum [0-9a-f]{64}, not 0{64}: refused/);
  expect(existsSync(join(cache, 'tools'))).toBe(false);
  expect(existsSync(join(cache, 'lock'))).toBe(false);
});

test('says so when no release is pinned for the platform', async () => {
  const search = releaseWay().fetch(grinder, '/none');

  await expect(search).rejects.toThrow(`none is pinned for ${platformName()}`);
});
