import type { Tool } from './tools.ts';

/** Where a tool may already be. */
export interface Place {
  readonly name: string;
  /** Resolves to the path of a fit program, or throws the reason why there is none. */
  find(tool: Tool): Promise<string>;
}

/** How a tool that is nowhere yet can be had. */
export interface Way {
  readonly name: string;
  /** Leaves the program below an empty folder; resolves to the folders to look in, or throws the reason. */
  fetch(tool: Tool, folder: string): Promise<readonly string[]>;
}

/** The surroundings of a search: what it reads, where it keeps things, whom it tells. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly cacheFolder: string;
  readonly log: (line: string) => void;
}
