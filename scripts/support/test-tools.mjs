import { pathToFileURL } from 'node:url';
import { inRoot } from './root.mjs';

const compiled = (name) => import(pathToFileURL(inRoot('dist', 'cli', 'provision', name)).href);

/** The tools that tests run; those that cannot be had may be missing, except in CI. */
const wanted = [
  { name: 'nats-server', isOptional: false },
  { name: 'prometheus', isOptional: true },
  { name: 'promtool', isOptional: true },
  { name: 'alertmanager', isOptional: true },
  { name: 'amtool', isOptional: true },
  { name: 'kubectl', isOptional: true },
];

const log = (line) => console.error(line);

/**
 * Gets the tools of the tests, one line each, and names them in the environment.
 * Needs the compiled sources. Ends the process if one is missing that may not be.
 */
export const provideTestTools = async () => {
  const { provision } = await compiled('provision.js');
  const { tools } = await compiled('tools.js');
  const { versionAt } = await compiled('accept.js');
  for (const { name, isOptional } of wanted) {
    const tool = tools[name];
    try {
      const path = await provision(tool, { log });
      process.env[tool.variable] = path;
      console.log(`${name} ${await versionAt(path, tool)} ${path}`);
    } catch (error) {
      console.log(error.message);
      if (process.env.CI || !isOptional) process.exit(1);
      delete process.env[tool.variable];
      console.log(`going on without ${name}: the tests that need it are skipped`);
    }
  }
};
