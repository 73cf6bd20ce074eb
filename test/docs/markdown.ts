import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A page of the docs as text. */
export const pageText = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');

/** A row of a Markdown table: its cells by the names in the table's head. */
export type Row = Readonly<Record<string, string>>;

/** The rows of all tables of a text whose head has these columns, in this order. */
export const rowsOf = (text: string, columns: readonly string[]): readonly Row[] =>
  text
    .trim()
    .split(/\n{2,}/)
    .map((block) => block.split('\n').map(cellsOf))
    .filter(([head]) => head?.join() === columns.join())
    .flatMap(([, , ...rows]) =>
      rows.map((cells) =>
        Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])),
      ),
    );

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

/** What stands in backticks in a text. */
export const codeIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** The names in a cell such as `service, type`; none for `-`. */
export const listIn = (cell: string): readonly string[] =>
  cell === '-' ? [] : cell.replaceAll('`', '').split(/,\s*/);
