import { join } from 'node:path';
import { download } from './download.ts';
import { runCommand } from './run-command.ts';
import type { Way } from './way.ts';

const goNames: Readonly<Record<string, string>> = { x64: 'amd64' };

/** This machine as releases name it, such as `linux-amd64`. */
export const platformName = (): string =>
  `${process.platform}-${goNames[process.arch] ?? process.arch}`;

/** The pinned official release, used only if it has the checksum written in the table of tools. */
export const releaseWay = (): Way => ({
  name: 'official release',
  fetch: async ({ release }, folder) => {
    const platform = platformName();
    const checksum = release?.checksums[platform];
    if (release === undefined || checksum === undefined)
      throw new Error(`none is pinned for ${platform}`);
    const archive = join(folder, 'release.tar.gz');
    await download(release.archiveUrl(platform), archive, checksum);
    await runCommand('tar', ['-xzf', archive, '--strip-components=1', '--no-same-owner'], {
      cwd: folder,
      timeoutMs: 120_000,
    });
    return [join(folder, release.programsIn ?? '.')];
  },
});
