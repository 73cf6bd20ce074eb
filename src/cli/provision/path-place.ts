import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import { accept } from './accept.ts';
import { namesOf, type Tool } from './tools.ts';
import type { Place, Surroundings } from './way.ts';

const isExecutableFile = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    // Not there, or not to be run: both mean that the search goes on.
    return false;
  }
};

const candidates = async (tool: Tool, searchPath: string): Promise<readonly string[]> => {
  const paths = searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => namesOf(tool).map((name) => resolve(folder, name)));
  const executable = await Promise.all(paths.map(isExecutableFile));
  return [...new Set(paths.filter((_path, index) => executable[index]))];
};

/** The folders of PATH, in order: the first fit program wins, unfit ones are passed over. */
export const pathPlace = ({ environment }: Surroundings): Place => ({
  name: 'PATH',
  find: async (tool) => {
    const reasons: string[] = [];
    for (const path of await candidates(tool, environment['PATH'] ?? '')) {
      try {
        return await accept(path, tool);
      } catch (reason) {
        reasons.push(reason instanceof Error ? reason.message : String(reason));
      }
    }
    throw new Error(reasons.length === 0 ? `no ${tool.name} there` : reasons.join('; '));
  },
});
