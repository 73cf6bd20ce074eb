import { copyFileSync } from 'node:fs';
import { ensureBuild } from './build.mjs';
import { inRoot } from './root.mjs';

const into = '.cache/faults-build';

/** The program of the fault suite. */
export const faultsMain = inRoot(into, 'test', 'faults', 'main.js');

/** Compiles the fault suite and the sources that it runs, unless nothing has changed. */
export const ensureFaults = async () => {
  const folders = ['src', 'test/faults', 'test/support'];
  await ensureBuild('tsconfig.faults.json', { folders, from: '.', into });
  // A process tells its version from the package.json three folders above its code.
  copyFileSync(inRoot('package.json'), inRoot(into, 'package.json'));
};
