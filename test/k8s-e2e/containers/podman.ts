import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What is set here holds on machines with little rights, too: a runtime and limits that all of them allow. */
const settings = [
  '[containers]',
  'default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]',
  '[engine]',
  'runtime = "runc"',
  'cgroup_manager = "cgroupfs"',
  '',
].join('\n');

const environment = (() => {
  const file = join(mkdtempSync(join(tmpdir(), 'millrace-containers-')), 'containers.conf');
  writeFileSync(file, settings);
  return { ...process.env, CONTAINERS_CONF: file };
})();

const mostOutput = 64 * 1024 * 1024;

/** Runs a program of containers to its end; resolves to what it printed. @throws with what it said */
const run = (program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { env: environment, maxBuffer: mostOutput };
    execFile(program, [...args], options, (error, output, errors) => {
      if (!error) return resolve(output.trim());
      reject(new Error(`${program} ${args.slice(0, 3).join(' ')}: ${errors.trim()}`));
    });
  });

export const podman = (...args: readonly string[]): Promise<string> => run('podman', args);
export const buildah = (...args: readonly string[]): Promise<string> => run('buildah', args);

/** The same with no network at all, not even that of the machine itself. */
export const buildahWithoutNetwork = (...args: readonly string[]): Promise<string> =>
  run('unshare', ['--net', 'buildah', ...args]);
