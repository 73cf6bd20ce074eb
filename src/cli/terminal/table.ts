/** Rows of text in columns: the first flush left, the rest flush right, two spaces between. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  );
  return rows
    .map((row) => row.map((cell, column) => pad(cell, column, widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
};

const widthOf = (text: string): number => [...text].length;

const pad = (cell: string, column: number, width: number): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return column === 0 ? cell + space : space + cell;
};
