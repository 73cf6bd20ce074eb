import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/cli/provision/run-command.ts';

/** Where the definitions of kinds lie in the Go modules of those who made them. */
const definitions = [
  { module: 'github.com/kedacore/keda/v2@v2.20.2', folder: 'config/crd/bases' },
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    folder: 'example/prometheus-operator-crd',
  },
] as const;

/** The folder of a module, which Go fetches and checks. */
export const moduleFolder = async (module: string): Promise<string> => {
  const env = { ...process.env, GOFLAGS: '-modcacherw' };
  const said = await runCommand('go', ['mod', 'download', '-json', module], {
    cwd: '/',
    env,
    timeoutMs: 300_000,
  });
  // What `go help mod download` says that it prints.
  return (JSON.parse(said) as { Dir: string }).Dir;
};

/** The definitions of the kinds of KEDA and of the Prometheus operator: many documents in one text. */
export const foreignKinds = async (): Promise<string> => {
  const texts: string[] = [];
  for (const { module, folder } of definitions) {
    const path = join(await moduleFolder(module), folder);
    for (const name of (await readdir(path)).sort()) {
      if (name.endsWith('.yaml')) texts.push(await readFile(join(path, name), 'utf8'));
    }
  }
  return texts.join('\n---\n');
};
