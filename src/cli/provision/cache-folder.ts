import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const repositoryRoot = (from: string): string => {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('no package.json above this file');
  return repositoryRoot(parent);
};

/** Where fetched programs are kept: MILLRACE_CACHE, else `.cache` in the repository. */
export const cacheFolderIn = (environment: NodeJS.ProcessEnv): string =>
  resolve(environment['MILLRACE_CACHE'] || join(repositoryRoot(import.meta.dirname), '.cache'));
