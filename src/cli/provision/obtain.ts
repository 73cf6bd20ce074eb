import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { keepInCache } from './cache.ts';
import { CacheLock } from './cache-lock.ts';
import { type Refusal, ToolUnavailableError } from './tool-unavailable.ts';
import type { Tool } from './tools.ts';
import type { Place, Surroundings, Way } from './way.ts';

/** What a search goes through, each list in order. */
export interface Means {
  readonly places: readonly Place[];
  readonly ways: readonly Way[];
}

type Search =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'missing'; readonly refusals: readonly Refusal[] };

interface Attempt {
  readonly name: string;
  readonly make: () => Promise<string>;
}

const firstOf = async (attempts: readonly Attempt[]): Promise<Search> => {
  const refusals: Refusal[] = [];
  for (const { name, make } of attempts) {
    try {
      return { kind: 'found', path: await make() };
    } catch (error) {
      refusals.push({ by: name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { kind: 'missing', refusals };
};

const look = (tool: Tool, places: readonly Place[]): Promise<Search> =>
  firstOf(places.map((place) => ({ name: place.name, make: () => place.find(tool) })));

const fetchBy = async (
  way: Way,
  tool: Tool,
  { surroundings, scratch }: { surroundings: Surroundings; scratch: string },
): Promise<string> => {
  surroundings.log(`${tool.name}: trying ${way.name}`);
  const folder = await mkdtemp(join(scratch, 'fetch-'));
  return keepInCache(tool, await way.fetch(tool, folder), surroundings.cacheFolder);
};

/** Looks in every place, then tries every way; resolves to the path of a fit program. */
export const obtain = async (
  tool: Tool,
  { places, ways }: Means,
  surroundings: Surroundings,
): Promise<string> => {
  const first = await look(tool, places);
  if (first.kind === 'found') return first.path;
  await using lock = await CacheLock.acquire(surroundings.cacheFolder, surroundings.log);
  // Whoever held the lock before may have put it there.
  const second = await look(tool, places);
  if (second.kind === 'found') return second.path;
  const fetched = await firstOf(
    ways.map((way) => ({
      name: way.name,
      make: () => fetchBy(way, tool, { surroundings, scratch: lock.folder }),
    })),
  );
  if (fetched.kind === 'found') return fetched.path;
  throw new ToolUnavailableError(tool, [...second.refusals, ...fetched.refusals]);
};
