/**
 * Rows of text in columns with two spaces between: the first flush left, the rest flush right as
 * figures are, or left as words are.
 */
export const table = (
  rows: readonly (readonly string[])[],
  rest: 'left' | 'right' = 'right',
): string => {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, column === 0 ? 'left' : rest, widths[column] ?? 0))
        .join('  '),
    )
    .map((line) => line.trimEnd())
    .join('\n');
};

const widthOf = (text: string): number => [...text].length;

const pad = (cell: string, flush: 'left' | 'right', width: number): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return flush === 'left' ? cell + space : space + cell;
};
