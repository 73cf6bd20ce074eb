import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { defineStream } from '../../src/contracts/streams.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/** Records of keys are as they are now since this page: whatever is older cannot run beside today's workers. */
const sameRecordsSince = 'docs/decisions/0017-causes-are-one-string.md';

/** The oldest commit whose processes may run beside those of now; nothing without the history. */
export const oldestCompatible = async (): Promise<string | undefined> => {
  try {
    const log = ['log', '-1', '--format=%H', '--diff-filter=A', '--', sameRecordsSince];
    const { stdout } = await run('git', log, { cwd: root });
    const { stdout: head } = await run('git', ['rev-parse', 'HEAD'], { cwd: root });
    const commit = stdout.trim();
    return commit === '' || commit === head.trim() ? undefined : commit;
  } catch {
    // No git, or no repository around these files: then there is no history either.
    return undefined;
  }
};

const { partitions } = defineStream('any');

/** Versions run side by side only with one number of partitions, whatever each of them would declare. */
const declareTodaysPartitions = async (folder: string): Promise<void> => {
  const file = join(folder, 'src', 'contracts', 'streams.ts');
  const source = await readFile(file, 'utf8');
  const declared = source.replace(/partitions = \d+/, `partitions = ${partitions}`);
  if (!declared.includes(`partitions = ${partitions}`)) throw new Error(`${file} declares none`);
  await writeFile(file, declared);
};

/** Compiles what the sources were at a commit, once; resolves to the folder that is like `dist`. */
export const olderBuild = async (commit: string): Promise<string> => {
  const kept = join(root, '.cache', 'older', `${commit}-${partitions}`);
  const built = join(kept, 'dist');
  if (existsSync(built)) return built;
  await mkdir(join(root, '.cache', 'older'), { recursive: true });
  const folder = await mkdtemp(join(root, '.cache', 'older', 'build-'));
  const archive = join(folder, 'sources.tar');
  const wanted = ['src', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];
  await run('git', ['archive', '-o', archive, commit, ...wanted], { cwd: root });
  await run('tar', ['-xf', archive], { cwd: folder });
  await declareTodaysPartitions(folder);
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  // Packages may have moved on, so types may not fit; what is emitted runs or does not.
  await run(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: folder }).catch(
    () => undefined,
  );
  if (!existsSync(join(folder, 'dist'))) throw new Error(`nothing was compiled of ${commit}`);
  await rm(archive);
  await rm(kept, { recursive: true, force: true });
  await rename(folder, kept);
  return built;
};
