import { existsSync } from 'node:fs';
import { chmod, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { accept } from './accept.ts';
import { releasedWith, type Tool } from './tools.ts';
import type { Place, Surroundings } from './way.ts';

const pathIn = (cacheFolder: string, tool: Tool): string => join(cacheFolder, 'tools', tool.name);

/** The folder in which an earlier search left what it fetched. */
export const cachePlace = ({ cacheFolder }: Surroundings): Place => ({
  name: 'cache',
  find: async (tool) => {
    const path = pathIn(cacheFolder, tool);
    if (!existsSync(path)) throw new Error(`no ${path}`);
    return accept(path, tool);
  },
});

const keep = async (tool: Tool, path: string, cacheFolder: string): Promise<string> => {
  await chmod(path, 0o755);
  await accept(path, tool);
  await mkdir(join(cacheFolder, 'tools'), { recursive: true });
  // A rename within one file system: a reader sees the old program or the new one, never half of it.
  await rename(path, pathIn(cacheFolder, tool));
  return pathIn(cacheFolder, tool);
};

const keepFrom = async (
  folders: readonly string[],
  tool: Tool,
  cacheFolder: string,
): Promise<string> => {
  const path = folders.map((folder) => join(folder, tool.name)).find(existsSync);
  if (path === undefined) throw new Error(`what was fetched holds no ${tool.name}`);
  return keep(tool, path, cacheFolder);
};

/**
 * Moves a fetched tool, if it is fit, from the folders it was fetched into to the cache.
 * Others of its release that the cache lacks come along, unless they are missing here or unfit:
 * those are looked for when they are wanted.
 */
export const keepInCache = async (
  tool: Tool,
  folders: readonly string[],
  cacheFolder: string,
): Promise<string> => {
  const kept = await keepFrom(folders, tool, cacheFolder);
  const missing = releasedWith(tool).filter((other) => !existsSync(pathIn(cacheFolder, other)));
  await Promise.allSettled(missing.map((other) => keepFrom(folders, other, cacheFolder)));
  return kept;
};
