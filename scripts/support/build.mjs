import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inRoot } from './root.mjs';
import { run } from './run.mjs';
import { filesBelow, isStamped, stampOf } from './stamp.mjs';

/** The compiler's entry point. */
export const compiler = inRoot('node_modules', 'typescript', 'bin', 'tsc');

const always = ['package-lock.json', 'tsconfig.json'].map((name) => inRoot(name));

/** Removes what was compiled from a source that is no more. */
const removeStale = (sources, from, into) => {
  const compiled = new Set(
    sources.map((source) => join(into, relative(from, source)).replace(/\.ts$/, '.js')),
  );
  const stale = filesBelow(into)
    .filter((path) => /\.js(\.map)?$/.test(path))
    .filter((path) => !compiled.has(path.replace(/\.map$/, '')));
  for (const path of stale) rmSync(path);
};

/**
 * Compiles a TypeScript project, unless nothing it is made from has changed.
 * @param project the name of its tsconfig
 * @param layout the folders with its sources, the folder they are relative to, and the one it fills
 */
export const ensureBuild = async (project, { folders, from, into }) => {
  const sources = folders.flatMap((folder) => filesBelow(inRoot(folder)));
  const stamp = stampOf([...sources, ...always, inRoot(project)]);
  const stampFile = join(inRoot(into), '.stamp');
  if (isStamped(stampFile, stamp)) return;
  console.error(`compiling ${folders.join(' and ')}`);
  const code = await run(process.execPath, [compiler, '-p', project]);
  if (code !== 0) process.exit(1);
  removeStale(sources, inRoot(from), inRoot(into));
  mkdirSync(inRoot(into), { recursive: true });
  writeFileSync(stampFile, stamp);
};

/** Compiles `src` into `dist`. */
export const ensureSources = () =>
  ensureBuild('tsconfig.build.json', { folders: ['src'], from: 'src', into: 'dist' });
