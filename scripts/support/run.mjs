import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';

const running = (command, args, { env = {}, stdio, shell = false, timeout }) =>
  spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio, shell, timeout });

const ended = (child) =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? `killed by ${signal}`));
  });

/** Runs a program in the root folder, its output shown; resolves to its exit code, or what killed it. */
export const run = (command, args, options = {}) =>
  ended(running(command, args, { ...options, stdio: 'inherit' }));

/** The same with the output kept instead of shown. */
export const capture = async (command, args, options = {}) => {
  const child = running(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  const code = await ended(child);
  return { code, output: Buffer.concat(chunks).toString('utf8') };
};

/** Goes on as another program in this very process: signals, arguments and exit code are its own. */
export const become = async (path, args = process.argv.slice(2)) => {
  process.setSourceMapsEnabled(true);
  process.argv = [process.argv[0], path, ...args];
  await import(pathToFileURL(path).href);
};
