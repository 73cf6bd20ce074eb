import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import type { Baseline } from './judge.ts';

/** Where what rows are known to cost is kept, seen from the root folder. */
export const baselinePath = 'bench/baseline.json';

const schema = z.object({
  margin: z.number().gt(1),
  rows: z.record(z.string(), z.object({ base: z.string(), times: z.number().positive() })),
});

/** @throws UsageError when the file is missing or no baseline */
export const readBaseline = (path = baselinePath): Baseline => {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new UsageError(`${path} is no baseline: ${why}`);
  }
};

export const writeBaseline = (baseline: Baseline, path = baselinePath): void =>
  writeFileSync(path, `${JSON.stringify(baseline, undefined, 2)}\n`);
