import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Progress, showProgress } from '../src/cli/terminal/progress.ts';
import type { BenchParts, Comparison, Findings, Plan } from './comparison.ts';
import { sayMachine } from './machine.ts';

/** A comparison and what was asked of it. */
export interface Planned {
  readonly comparison: Comparison;
  readonly plan: Plan;
}

/** Runs comparisons one after the other under one progress bar, keeps their figures and says their text. */
export const runComparisons = async (
  planned: readonly Planned[],
  parts: Omit<BenchParts, 'at' | 'note'>,
): Promise<void> => {
  mkdirSync(parts.folder, { recursive: true });
  console.log(`${sayMachine(parts.machine)}\n`);
  const runnable = planned.filter(({ plan }) => plan.lacks === undefined);
  const total = runnable.reduce((sum, { plan }) => sum + plan.seconds, 0);
  const bar = { label: 'bench', total, output: process.stderr, notes: process.stdout };
  const progress = showProgress(bar);
  let done = 0;
  const texts: string[] = [];
  try {
    for (const { comparison, plan } of planned) {
      if (plan.lacks !== undefined) {
        texts.push(`## ${comparison.name}\n\nskipped: ${plan.lacks}`);
        continue;
      }
      texts.push(await runOne({ comparison, plan }, { parts, progress, done }));
      done += plan.seconds;
    }
  } finally {
    progress.stop();
  }
  console.log(`\n${texts.join('\n\n')}`);
};

const runOne = async (
  { comparison, plan }: Planned,
  {
    parts,
    progress,
    done,
  }: {
    readonly parts: Omit<BenchParts, 'at' | 'note'>;
    readonly progress: Progress;
    readonly done: number;
  },
): Promise<string> => {
  const doing = comparison.name;
  const startedAt = new Date().toISOString();
  const found = await plan.run({
    ...parts,
    at: (share) => progress.show({ done: done + share * plan.seconds, doing }),
    note: (line) => progress.note(`${doing}: ${line}`),
  });
  const path = keep({ startedAt, comparison, found }, parts);
  return `## ${comparison.name}: ${comparison.about}\n\n${found.text}\n\n${path}`;
};

const keep = (
  {
    startedAt,
    comparison,
    found,
  }: {
    readonly startedAt: string;
    readonly comparison: Comparison;
    readonly found: Findings;
  },
  { folder, machine }: Pick<BenchParts, 'folder' | 'machine'>,
): string => {
  const kind = found.name ?? comparison.name;
  const path = join(folder, `${kind}.json`);
  const result = { startedAt, machine, kind, ...found.figures };
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
  return path;
};
