/** One line of an exposition: a name, labels, a value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const label = /(\w+)="((?:[^"\\]|\\.)*)"/g;
const escapes: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** Reads Prometheus' text format; comments and what is no sample are left out. */
export const readPrometheusText = (text: string): readonly Sample[] =>
  text.split('\n').flatMap((row) => {
    if (row.startsWith('#')) return [];
    const [, name, labels = '', value = ''] = line.exec(row) ?? [];
    return name === undefined ? [] : [{ name, labels: readLabels(labels), value: numberOf(value) }];
  });

const readLabels = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(label)].map(([, name = '', value = '']) => [
      name,
      value.replace(/\\(.)/g, (_, escaped: string) => escapes[escaped] ?? escaped),
    ]),
  );

const numberOf = (text: string): number => {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
};
