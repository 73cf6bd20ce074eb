import { join } from 'node:path';
import { configuredMirror, DebianSuite } from './debian-suite.ts';
import { runCommand } from './run-command.ts';
import type { Surroundings, Way } from './way.ts';

const newest = 'sid';

// One update a process and suite, whatever number of tools is fetched.
const upToDate = new Map<string, Promise<DebianSuite>>();

const openSuite = async (folder: string, wanted: string | undefined): Promise<DebianSuite> => {
  const mirror = await configuredMirror();
  const suite = new DebianSuite({ ...mirror, suite: wanted ?? mirror.suite }, folder);
  await suite.update();
  return suite;
};

const suiteAt = (folder: string, wanted: string | undefined): Promise<DebianSuite> => {
  const known = upToDate.get(folder) ?? openSuite(folder, wanted);
  upToDate.set(folder, known);
  return known;
};

const packageOf = (suite: string | undefined, { cacheFolder }: Surroundings): Way => ({
  name: `Debian package (${suite ?? "the machine's suite"})`,
  fetch: async (tool, folder) => {
    if (tool.debianPackages.length === 0) throw new Error('there is none');
    await runCommand('dpkg', ['--version']);
    const opened = await suiteAt(join(cacheFolder, 'debian', suite ?? 'own'), suite);
    const root = await opened.unpack(tool.debianPackages, folder);
    return [join(root, 'usr', 'bin'), join(root, 'usr', 'sbin')];
  },
});

/**
 * Packages of the Debian mirror that the machine is configured with: the newest suite first, then
 * the machine's own, whose programs are older but always run with its C library.
 */
export const debianWays = (surroundings: Surroundings): readonly Way[] => [
  packageOf(newest, surroundings),
  packageOf(undefined, surroundings),
];
