import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import type { Surroundings, Way } from './way.ts';

const buildTimeoutMs = 1_200_000;

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
    const module = `module provision\n\ngo 1.21\n\nrequire ${go.module} ${go.version}\n`;
    await writeFile(join(folder, 'go.mod'), module);
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
