import { ensureSources } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { inRoot } from './root.mjs';
import { become } from './run.mjs';

/** Makes sure that everything is installed and compiled, then runs a program of `dist`. */
export const bootstrap = async (program) => {
  await ensureDependencies();
  await ensureSources();
  await become(inRoot('dist', ...program.split('/')));
};
