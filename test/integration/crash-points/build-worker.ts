import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CacheLock } from '../../../src/cli/provision/cache-lock.ts';

const root = resolve(import.meta.dirname, '../../..');
const into = '.cache/crash-points-build';

/** The worker that ends itself, compiled. */
export const workerProgram = join(root, into, 'test/integration/crash-points/worker/main.js');

/** Compiles it with the sources, unless that is done; one test at a time. */
export const buildWorker = async (): Promise<void> => {
  await using _lock = await CacheLock.acquire(join(root, '.cache/crash-points-lock'), () => {});
  const script = pathToFileURL(join(root, 'scripts/support/build.mjs')).href;
  const layout = { folders: ['src', 'test/integration/crash-points/worker'], from: '.', into };
  const run = `const { ensureBuild } = await import('${script}');
    await ensureBuild('tsconfig.crash-points.json', ${JSON.stringify(layout)});`;
  execFileSync(process.execPath, ['--input-type=module', '-e', run], { stdio: 'inherit' });
  // A process tells its version from the package.json three folders above its code.
  copyFileSync(join(root, 'package.json'), join(root, into, 'package.json'));
};
