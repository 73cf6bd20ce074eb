import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolderIn } from '../../../src/cli/provision/cache-folder.ts';
import { runCommand } from '../../../src/cli/provision/run-command.ts';
import { moduleFolder } from '../control-plane/foreign-kinds.ts';

/** The version whose code is asked. */
const kedaVersion = 'v2.20.2';
const keda = 'github.com/kedacore/keda/v2';
const buildMs = 1_800_000;

/** The scaler that is asked, and what every scaler is made of. The others bring every cloud's client along. */
const keptScalers = new Set(['scaler.go', 'metrics_api_scaler.go']);
/** What these two take from the file of another scaler. */
const leftOut = 'package scalers\n\nconst externalMetricType = "External"\n';

/** Builds the program around KEDA's own scaler, unless the cache has it; resolves to its path. */
export const buildScaler = async (): Promise<string> => {
  const source = join(import.meta.dirname, 'main.go');
  const mark = createHash('sha256')
    .update(await readFile(source))
    .update(kedaVersion)
    .digest('hex');
  const path = join(cacheFolderIn(process.env), 'tools', `keda-scaler-${mark.slice(0, 12)}`);
  if (existsSync(path)) return path;
  const folder = await mkdtemp(join(tmpdir(), 'millrace-keda-'));
  try {
    await copyFile(source, join(folder, 'main.go'));
    await pruneInto(join(folder, 'keda'));
    await writeFile(join(folder, 'go.mod'), await moduleText(join(folder, 'keda')));
    const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-modcacherw' };
    const build = ['build', '-mod=mod', '-trimpath', '-ldflags=-s -w', '-o', 'scaler', '.'];
    await runCommand('go', build, { cwd: folder, env, timeoutMs: buildMs });
    await mkdir(join(path, '..'), { recursive: true });
    await cp(join(folder, 'scaler'), `${path}.part`);
    await rename(`${path}.part`, path);
    return path;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** A copy of KEDA's module in which the one scaler is as it was and the others are missing. */
const pruneInto = async (folder: string): Promise<void> => {
  await cp(await moduleFolder(`${keda}@${kedaVersion}`), folder, { recursive: true });
  const scalers = join(folder, 'pkg', 'scalers');
  for (const entry of await readdir(scalers, { withFileTypes: true })) {
    if (!entry.isFile() || keptScalers.has(entry.name)) continue;
    await rm(join(scalers, entry.name));
  }
  await writeFile(join(scalers, 'left_out.go'), leftOut);
};

interface Replaced {
  readonly Old: { readonly Path: string };
  readonly New: { readonly Path: string; readonly Version: string };
}

/** Requires the copy, and replaces what KEDA itself replaces. */
const moduleText = async (copy: string): Promise<string> => {
  const json = await runCommand('go', ['mod', 'edit', '-json'], { cwd: copy });
  // What `go help mod edit` says that it prints.
  const { Go, Replace } = JSON.parse(json) as { Go: string; Replace: readonly Replaced[] };
  const replaced = Replace.map(
    ({ Old, New }) => `replace ${Old.Path} => ${New.Path} ${New.Version}`,
  );
  const own = [`require ${keda} ${kedaVersion}`, `replace ${keda} => ./keda`];
  return ['module keda-scaler', `go ${Go}`, ...own, ...replaced, ''].join('\n\n');
};
