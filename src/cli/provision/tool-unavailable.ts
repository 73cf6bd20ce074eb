import type { Tool } from './tools.ts';

/** Why one place or way did not do. */
export interface Refusal {
  readonly by: string;
  readonly reason: string;
}

/** A tool is nowhere and could not be fetched; says what was tried and what to install. */
export class ToolUnavailableError extends Error {
  override readonly name = 'ToolUnavailableError';
  readonly tool: string;
  readonly refusals: readonly Refusal[];

  constructor(tool: Tool, refusals: readonly Refusal[]) {
    const tried = refusals.map(({ by, reason }) => `  ${by}: ${reason}`);
    super(
      [
        `no ${tool.name} ${tool.minimum} or newer is to be had:`,
        ...tried,
        `Install ${tool.name} ${tool.minimum} or newer, and put it on PATH or name it in ${tool.variable}.`,
      ].join('\n'),
    );
    this.tool = tool.name;
    this.refusals = refusals;
  }
}
