import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CacheLock } from '../../src/cli/provision/cache-lock.ts';

const root = resolve(import.meta.dirname, '../..');

/** Compiles the programs that the suite runs, unless they are compiled already; one test at a time. */
export const ensureFaultsBuild = async (): Promise<void> => {
  await using _lock = await CacheLock.acquire(join(root, '.cache/faults-lock'), () => {});
  const script = pathToFileURL(join(root, 'scripts/support/faults-build.mjs')).href;
  const run = `const { ensureFaults } = await import('${script}'); await ensureFaults();`;
  execFileSync(process.execPath, ['--input-type=module', '-e', run], { stdio: 'inherit' });
};
