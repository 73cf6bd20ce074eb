import { codeIn, rowsOf } from '../docs/markdown.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** What a line of the log may hold, as the docs say. */
export interface DocumentedLine {
  readonly name: string;
  readonly level: string;
  readonly always: ReadonlySet<string>;
  readonly sometimes: ReadonlySet<string>;
}

/** What every line has; the last two are the machine's, of pino. */
const everywhere = ['level', 'time', 'service', 'msg'];

const fieldNames = (cells: readonly string[]) => ({
  always: cells.filter((name) => !name.endsWith('?')),
  sometimes: cells.filter((name) => name.endsWith('?')).map((name) => name.slice(0, -1)),
});

/** The lines that a page documents. */
export const linesIn = (page: string): ReadonlyMap<string, DocumentedLine> => {
  const [ofEvents = []] = page
    .split('\n\n')
    .filter((block) => block.startsWith('| field | unit'))
    .map((block) => rowsOf(block, ['field', 'unit', 'meaning']));
  const event = fieldNames(ofEvents.map(({ field = '' }) => codeIn(field)[0] ?? ''));
  const rows = rowsOf(page, ['line', 'level', 'fields']);
  return new Map(
    rows.map(({ line = '', level = '', fields = '' }) => {
      const name = codeIn(line)[0] ?? '';
      const own = fieldNames(codeIn(fields));
      const more = fields.includes('those of an event') ? event : { always: [], sometimes: [] };
      const always = new Set([...everywhere, ...own.always, ...more.always]);
      const sometimes = new Set([...own.sometimes, ...more.sometimes]);
      return [name, { name, level, always, sometimes }];
    }),
  );
};

const levels: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** In what a line differs from what is documented of it; nothing when it does not. */
export const differencesOf = (
  line: LogLine,
  documented: ReadonlyMap<string, DocumentedLine>,
): string[] => {
  const name = String(line['msg']);
  const said = documented.get(name);
  if (!said) return [`${name}: not documented`];
  const level = levels[Number(line['level'])] ?? 'none';
  const missing = [...said.always].filter((field) => !(field in line));
  const unknown = Object.keys(line).filter(
    (field) => !said.always.has(field) && !said.sometimes.has(field),
  );
  return [
    ...(level === said.level ? [] : [`${name}: at ${level}`]),
    ...missing.map((field) => `${name}: without ${field}`),
    ...unknown.map((field) => `${name}: with ${field}`),
  ];
};
