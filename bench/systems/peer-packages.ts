import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** A peer's packages, installed. */
export type FoundPeer =
  | {
      readonly kind: 'found';
      /** Where its programs are, with its packages beside them. */
      readonly folder: string;
      /** Of the packages that its package.json names. */
      readonly versions: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'missing'; readonly needs: string };

/**
 * Installs a peer's packages, in the versions of its lock file, and copies its programs beside them.
 *
 * What is already there is left as it is. No script of a package is run.
 */
export const findPeer = async (source: string, peersFolder: string): Promise<FoundPeer> => {
  const from = resolve(source);
  const folder = join(peersFolder, basename(source));
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(from)) copyFileSync(join(from, file), join(folder, file));
  const wanted = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const stamp = join(folder, '.installed');
  if (readOrNothing(stamp) !== wanted) {
    const failure = await install(folder);
    if (failure !== undefined) return { kind: 'missing', needs: failure };
    writeFileSync(stamp, wanted);
  }
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return { kind: 'found', folder, versions: dependencies };
};

const install = async (folder: string): Promise<string | undefined> => {
  console.error(`installing the packages of ${basename(folder)}`);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save'];
  try {
    await promisify(execFile)('npm', args, { cwd: folder });
    return undefined;
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : '';
    return `the packages in ${folder}/package.json, which npm could not install: ${said}`;
  }
};

const readOrNothing = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
