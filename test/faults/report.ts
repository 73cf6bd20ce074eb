import { count, duration } from '../../src/cli/terminal/figures.ts';
import { table } from '../../src/cli/terminal/table.ts';
import type { Result } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

/** What became of one scenario of a run. */
export type Row =
  | { readonly kind: 'ran'; readonly result: Result }
  | { readonly kind: 'skipped'; readonly name: string; readonly why: string }
  /** It could not be brought to its end: that is no pass. */
  | {
      readonly kind: 'broke';
      readonly name: string;
      readonly seed: number;
      readonly error: unknown;
    };

const heads = ['fault', 'events', 'lost', 'doubled', 'reordered', 'longest stall', 'verdict'];

const cellsOf = (row: Row): string[] => {
  if (row.kind === 'skipped') return [row.name, '-', '-', '-', '-', '-', 'skipped'];
  if (row.kind === 'broke') return [row.name, '-', '-', '-', '-', '-', 'broke off'];
  const { name, report, wrong } = row.result;
  const { lost, stuck, doubled, reordered } = report.counts;
  return [
    name,
    count(report.events),
    count(lost + stuck),
    count(doubled),
    count(reordered),
    duration(report.longestStallMs),
    wrong.length === 0 ? 'ok' : 'WRONG',
  ];
};

/** The table at the end of a run. */
export const summary = (rows: readonly Row[]): string => table([heads, ...rows.map(cellsOf)]);

export const isWrong = (row: Row): boolean =>
  row.kind === 'broke' || (row.kind === 'ran' && row.result.wrong.length > 0);

/** What one row says as soon as it is there: in a line, and what was wrong below. */
export const tell = (row: Row): string => {
  if (row.kind === 'skipped') return `skipped  ${row.name}: ${row.why}`;
  if (row.kind === 'broke') {
    return `BROKE    ${row.name}: ${sentenceOf(row.error)}\n${again(row.name, row.seed)}`;
  }
  const { name, seed, report, wrong, tookMs, settledAfterMs, folder } = row.result;
  const figures = [
    `${count(report.events)} events`,
    ...(report.dead ? [`${count(report.dead)} dead letters`] : []),
    ...(report.parked ? [`${count(report.parked)} parked`] : []),
    `longest stall ${duration(report.longestStallMs)}`,
    `settled after ${duration(settledAfterMs)}`,
    `took ${duration(tookMs)}`,
  ];
  const line = `${wrong.length === 0 ? 'ok      ' : 'WRONG   '} ${name}: ${figures.join(', ')}`;
  if (wrong.length === 0) return line;
  return [line, ...wrong.map((one) => `  ${one}`), `  logs: ${folder}`, again(name, seed)].join(
    '\n',
  );
};

const again = (name: string, seed: number): string =>
  `  again: npm run faults -- ${name} --seed ${seed} --verbose`;

const sentenceOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

/** What there is: a name and a sentence each. */
export const listing = (scenarios: readonly Scenario[]): string => {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, says }) => `${name.padEnd(width)}  ${says}`).join('\n');
};
