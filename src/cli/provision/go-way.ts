import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import type { GoBuild } from './tools.ts';
import type { Surroundings, Way } from './way.ts';

/** Kubernetes takes a quarter of an hour on two processors that have built none of it before. */
const buildTimeoutMs = 3_600_000;

/** A module of our own that requires the one to build, and replaces what that one replaces. */
const moduleFor = ({ module, version, beside }: GoBuild): string =>
  [
    'module provision',
    'go 1.21',
    `require ${module} ${version}`,
    ...(beside?.modules ?? []).map((name) => `replace ${name} => ${name} ${beside?.version}`),
    '',
  ].join('\n\n');

/**
 * Builds the pinned version with the Go compiler of the machine; Go checks the modules' checksums.
 * `go install` would refuse Prometheus, whose module replaces another: so the build runs in a module
 * of our own that requires it.
 */
export const goWay = ({ environment }: Surroundings): Way => ({
  name: 'Go',
  fetch: async ({ name, go }, folder) => {
    if (go === undefined) throw new Error(`${name} cannot be built by a module of our own`);
    const env = {
      ...environment,
      CGO_ENABLED: '0',
      GOWORK: 'off',
      GOFLAGS: `${environment['GOFLAGS'] ?? ''} -modcacherw`.trim(),
    };
    await runCommand('go', ['version'], { env });
    await writeFile(join(folder, 'go.mod'), moduleFor(go));
    const binaries = join(folder, 'bin');
    const output = join(binaries, name);
    await runCommand(
      'go',
      ['build', '-mod=mod', '-trimpath', ...go.flags, '-o', output, go.program],
      { cwd: folder, env, timeoutMs: buildTimeoutMs },
    );
    return [binaries];
  },
});
