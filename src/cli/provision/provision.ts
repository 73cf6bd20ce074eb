import { resolve } from 'node:path';
import { accept } from './accept.ts';
import { cachePlace } from './cache.ts';
import { cacheFolderIn } from './cache-folder.ts';
import { debianWays } from './debian-way.ts';
import { goWay } from './go-way.ts';
import { type Means, obtain } from './obtain.ts';
import { pathPlace } from './path-place.ts';
import { releaseWay } from './release-way.ts';
import type { Tool } from './tools.ts';
import type { Surroundings } from './way.ts';

/** How a tool is looked for. */
export interface ProvisionOptions {
  /** @default MILLRACE_CACHE, else `.cache` in the repository */
  readonly cacheFolder?: string;
  /** Told what takes time. @default silence */
  readonly log?: (line: string) => void;
}

const meansIn = (surroundings: Surroundings): Means => ({
  places: [pathPlace(surroundings), cachePlace(surroundings)],
  ways: [releaseWay(), ...debianWays(surroundings), goWay(surroundings)],
});

const acceptNamed = async (named: string, tool: Tool): Promise<string> => {
  try {
    return await accept(resolve(named), tool);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${tool.variable} names no fit ${tool.name}: ${reason}`, { cause: error });
  }
};

/**
 * Finds a tool that is new enough, or gets it; resolves to its absolute path.
 * A program named in the tool's environment variable is used or refused: nothing else is tried.
 */
export const provision = async (tool: Tool, options: ProvisionOptions = {}): Promise<string> => {
  const environment = process.env;
  const named = environment[tool.variable];
  if (named) return acceptNamed(named, tool);
  const surroundings: Surroundings = {
    environment,
    cacheFolder: options.cacheFolder ?? cacheFolderIn(environment),
    log: options.log ?? (() => undefined),
  };
  return obtain(tool, meansIn(surroundings), surroundings);
};
