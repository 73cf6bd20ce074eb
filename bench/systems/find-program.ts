import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The path of a program in the folders of PATH, or in others; nothing when it is in none of them. */
export const findProgram = async (
  name: string,
  more: readonly string[] = [],
): Promise<string | undefined> => {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...folders, ...more]) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
};

/** Where Debian keeps the programs of Postgres that are not for everybody, the newest first. */
export const postgresFolders = async (): Promise<string[]> => {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  return versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(root, version, 'bin'));
};

const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
