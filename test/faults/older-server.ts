import { accept, versionAt } from '../../src/cli/provision/accept.ts';
import { tools } from '../../src/cli/provision/tools.ts';
import { compareVersions } from '../../src/cli/provision/version.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';

const tool = tools['nats-server'];

/**
 * Refuses a NATS_SERVER_OLDER from which nobody can upgrade to this server: one that does not run, is
 * too old for the project, or is not older.
 *
 * @throws UsageError
 */
export const checkOlderServer = async (older: string | undefined, newer: string): Promise<void> => {
  if (!older) return;
  try {
    const [from, to] = [
      await versionAt(await accept(older, tool), tool),
      await versionAt(newer, tool),
    ];
    if (compareVersions(from, to) < 0) return;
    throw new Error(`${older} is version ${from}, and the suite runs ${to}`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`NATS_SERVER_OLDER names no older nats-server: ${why}`);
  }
};
