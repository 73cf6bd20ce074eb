import type { EventContract } from '../../contracts/define-event.ts';
import { keyHash } from '../../infra/observability/logger.ts';
import { eventHeaders } from '../../infra/pipeline/event-copy.ts';
import { count } from '../terminal/figures.ts';
import { table } from '../terminal/table.ts';
import { type Letter, notesOf } from './letter.ts';
import { dataOf, redacted } from './redact.ts';

/** How dead letters are shown. */
export interface ShowOptions {
  readonly contracts: readonly EventContract[];
  readonly json: boolean;
  readonly reveal: boolean;
  readonly print: (line: string) => void;
}

/** So many rows are aligned with each other; more are never held. */
const pageLength = 50;

const headings = ['letter', 'died', 'reason', 'type', 'id', 'key', 'state', 'error'];

/**
 * Lists dead letters: a table, or a JSON object a line; then how many there are by reason.
 *
 * Shows `limit` of them at most, and counts all.
 */
export const listLetters = async (
  letters: AsyncIterable<Letter>,
  limit: number,
  options: ShowOptions,
): Promise<void> => {
  const byReason = new Map<string, number>();
  let page: (readonly string[])[] = [headings];
  let total = 0;
  const endPage = (): void => {
    if (page.length > 1 && !options.json) options.print(table(page, 'left'));
    page = [headings];
  };
  for await (const letter of letters) {
    byReason.set(letter.reason, (byReason.get(letter.reason) ?? 0) + 1);
    if (++total > limit) continue;
    if (options.json) options.print(JSON.stringify(summaryOf(letter, options)));
    else page.push(rowOf(letter, options));
    if (page.length > pageLength) endPage();
  }
  endPage();
  if (!options.json) options.print(sayCounts(byReason, total, limit));
};

const sayCounts = (byReason: ReadonlyMap<string, number>, total: number, limit: number): string => {
  if (total === 0) return 'no dead letters';
  const rows = [...byReason].sort(([, one], [, other]) => other - one);
  const more = total > limit ? `${count(total - limit)} are not shown: --limit shows more\n\n` : '';
  return `\n${more}${table([...rows.map(([reason, n]) => [reason, count(n)]), ['all', count(total)]])}`;
};

const rowOf = (letter: Letter, { reveal }: ShowOptions): readonly string[] => [
  letter.reference,
  new Date(letter.diedAt).toISOString().slice(0, 19).replace('T', ' '),
  letter.reason,
  letter.type,
  letter.id,
  keyFor(letter, reveal) ?? '-',
  stateOf(letter),
  letter.error.length > 60 ? `${letter.error.slice(0, 59)}…` : letter.error,
];

const stateOf = ({ ruling, parks }: Letter): string => ruling?.action ?? (parks ? 'parks' : '-');

/** A key may be somebody's name: what stands for it is the hash that the log uses. */
const keyFor = ({ key }: Letter, reveal: boolean): string | undefined =>
  key === undefined || reveal ? key : `#${keyHash(key)}`;

const summaryOf = (letter: Letter, { reveal }: ShowOptions) => ({
  letter: letter.reference,
  id: letter.id,
  type: letter.type,
  reason: letter.reason,
  error: letter.error,
  key: keyFor(letter, reveal),
  parks: letter.parks,
  died: new Date(letter.diedAt).toISOString(),
  ruling: letter.ruling,
});

/** Shows everything that is on record of dead letters; resolves to how many there were. */
export const showLetters = async (
  letters: AsyncIterable<Letter>,
  options: ShowOptions,
): Promise<number> => {
  let shown = 0;
  for await (const letter of letters) {
    shown++;
    const whole = {
      ...summaryOf(letter, options),
      record: { ...notesOf(letter), key: keyFor(letter, options.reveal) },
      headers: headersOf(letter, options),
      data: dataOf(letter, options.contracts, options.reveal),
    };
    options.print(JSON.stringify(whole, null, options.json ? 0 : 2));
  }
  return shown;
};

/** The headers that the event came with: what a producer put there may say anything. */
const headersOf = ({ message }: Letter, { reveal }: ShowOptions) =>
  Object.fromEntries(
    Object.entries(eventHeaders(message))
      .filter(([name]) => !/^millrace-/i.test(name))
      .map(([name, text]) => [name, reveal || isOurs(name) ? text : redacted]),
  );

const isOurs = (name: string): boolean =>
  /^(ce-|content-type$|traceparent$|tracestate$)/i.test(name);
