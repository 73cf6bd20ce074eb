import { runCommand } from './run-command.ts';
import type { Tool } from './tools.ts';
import { compareVersions } from './version.ts';

/** The version that the program at a path says it has. */
export const versionAt = async (path: string, tool: Tool): Promise<string> => {
  const printed = await runCommand(path, tool.versionCommand ?? ['--version']);
  const version = tool.versionPattern.exec(printed)?.[1];
  if (version === undefined) throw new Error(`${path} does not say which version it is`);
  return version.replace(/^v/, '');
};

/** Resolves to the path when what is there runs and is new enough; throws naming what is wrong. */
export const accept = async (path: string, tool: Tool): Promise<string> => {
  const version = await versionAt(path, tool);
  if (compareVersions(version, tool.minimum) < 0)
    throw new Error(`${path} is version ${version}, older than ${tool.minimum}`);
  return path;
};
