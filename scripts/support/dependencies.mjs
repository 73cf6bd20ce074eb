import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from './root.mjs';
import { run } from './run.mjs';
import { contentHash, isStamped } from './stamp.mjs';

const stamp = inRoot('node_modules', '.millrace-stamp');
const installedLock = inRoot('node_modules', '.package-lock.json');

// Not `npm ci`: it refuses a lock that lacks the optional packages of other platforms, as npm writes
// it where the registry does not have them. This installs the locked versions and leaves the lock alone.
const install = [
  'install',
  '--no-save',
  '--include=dev',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

const packagesIn = (file) => {
  const { '': _itself, ...packages } = JSON.parse(readFileSync(file, 'utf8')).packages;
  return packages;
};

/** Whether what npm itself left says that the locked versions are the installed ones. */
const agreesWithLock = () => {
  if (!existsSync(installedLock)) return false;
  const locked = packagesIn(inRoot('package-lock.json'));
  const installed = packagesIn(installedLock);
  const isLocked = ([path, { version }]) => locked[path]?.version === version;
  const isInstalled = ([path, { optional }]) => optional === true || path in installed;
  return Object.entries(installed).every(isLocked) && Object.entries(locked).every(isInstalled);
};

/** Installs the locked dependencies, unless they are there. */
export const ensureDependencies = async () => {
  const lock = contentHash('package-lock.json');
  if (isStamped(stamp, lock)) return;
  if (!agreesWithLock()) {
    console.error('installing dependencies');
    const code = await run('npm', install, { shell: process.platform === 'win32' });
    if (code !== 0) {
      console.error(`npm failed (${code}): run "npm ${install.join(' ')}" by hand to see why.`);
      process.exit(1);
    }
  }
  writeFileSync(stamp, lock);
};
