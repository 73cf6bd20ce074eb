import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tool } from '../../../../src/cli/provision/tools.ts';
import type { Surroundings } from '../../../../src/cli/provision/way.ts';

/** A tool that exists nowhere but in tests. */
export const grinder: Tool = {
  name: 'grinder',
  variable: 'GRINDER',
  minimum: '2.0.0',
  versionPattern: /^grinder (\S+)/m,
  release: { version: '2.1.0', archiveUrl: () => 'http://127.0.0.1:1/none', checksums: {} },
  debianPackages: ['grinder'],
  go: { module: 'none', version: 'v2.1.0', program: 'none', flags: [] },
};

/** Writes a program called grinder that says it has a version; resolves to its path. */
export const writeGrinder = async (folder: string, version: string): Promise<string> => {
  const path = join(folder, grinder.name);
  await mkdir(folder, { recursive: true });
  await writeFile(path, `#!/bin/sh\necho grinder ${version}\n`);
  await chmod(path, 0o755);
  return path;
};

/** A folder that is gone at the end of the block. */
export const temporaryFolder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), 'provision-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

/** Surroundings that keep what they are told. */
export const surroundingsIn = (cacheFolder: string): Surroundings & { readonly told: string[] } => {
  const told: string[] = [];
  return { environment: {}, cacheFolder, log: (line) => void told.push(line), told };
};
