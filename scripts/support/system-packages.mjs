import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs of tests that need more than a file in a folder: under which names they run, and the package of each. */
const wantedPrograms = [
  {
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    package: 'chromium',
    variable: 'CHROMIUM',
  },
  {
    names: ['alertmanager', 'prometheus-alertmanager'],
    package: 'prometheus-alertmanager',
    variable: 'ALERTMANAGER',
  },
];

const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

const found = ({ names, variable }) =>
  process.env[variable] || names.map(onPath).find((path) => path !== undefined);

const runQuietly = (command, args) => {
  const root = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [program, ...rest] = [...root, command, ...args];
  const { status, stderr, error } = spawnSync(program, rest, {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) throw new Error(`${command} ${args[0]}: ${error?.message ?? stderr.trim()}`);
};

/** Installs what is missing with the machine's package manager. @throws when it cannot */
const install = (packages) => {
  console.log(`installing ${packages.join(', ')}`);
  runQuietly('apt-get', ['update', '-qq']);
  runQuietly('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]);
};

/** Names the programs that are there in the environment of the tests. */
export const provideSystemPrograms = () => {
  for (const program of wantedPrograms) {
    const path = found(program);
    if (path) process.env[program.variable] = path;
    else console.log(`going on without ${program.package}: the tests that need it are skipped`);
  }
};

/**
 * Sees to it that they all are there: where nothing may be skipped. When one cannot be had it says why, and
 * the tests that need it fail: what can be tested still is.
 */
export const installSystemPrograms = () => {
  const missing = wantedPrograms.filter((program) => !found(program));
  if (missing.length === 0) return;
  try {
    install(missing.map((program) => program.package));
  } catch (error) {
    console.log(`${error.message}: tests that need what is missing fail`);
  }
};
