import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZodError, z } from 'zod';
import { readOptions } from '../../src/cli/terminal/read-options.ts';
import { UsageError } from '../../src/cli/terminal/usage-error.ts';
import { charts } from './charts.ts';
import { render } from './render.ts';

export const plotUsage = `npm run bench -- plot [--from FOLDER] [--into FOLDER]

Draws what the results of earlier runs show, one SVG file each.

  --from FOLDER  where the results are (bench/results)
  --into FOLDER  where the figures go (the same folder)`;

const known = { from: { type: 'string' }, into: { type: 'string' } } as const;

/** Draws every chart whose results are there; says what it drew and what it had no results for. @throws UsageError */
export const plot = (args: readonly string[]): string => {
  const { values, positionals } = readOptions(args, known);
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is no option`);
  const { from = join('bench', 'results'), into = from } = values;
  const lines = charts.map((chart) => {
    const source = join(from, `${chart.from}.json`);
    if (!existsSync(source)) return `${chart.name}: no ${source}`;
    mkdirSync(into, { recursive: true });
    const path = join(into, `${chart.name}.svg`);
    writeFileSync(
      path,
      drawn(source, (result) => render(chart, result)),
    );
    return path;
  });
  return lines.join('\n');
};

const drawn = (source: string, draw: (result: unknown) => string): string => {
  try {
    return draw(JSON.parse(readFileSync(source, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${source} is no JSON`);
    if (!(error instanceof ZodError)) throw error;
    throw new UsageError(`${source} is no such result:\n${z.prettifyError(error)}`);
  }
};
