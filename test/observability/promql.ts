import { parser } from '@prometheus-io/lezer-promql';

/** One metric in an expression, with the labels that its selector compares. */
export interface Selection {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** What an expression consists of, as far as it is looked at here. */
export interface Read {
  readonly selections: readonly Selection[];
  /** The places that are no PromQL, in the expression's own words. */
  readonly errors: readonly string[];
  /** What stands in brackets behind selectors. */
  readonly ranges: readonly string[];
}

/** Reads an expression with the parser of Prometheus' own editor; types are promtool's to check. */
export const readPromql = (expression: string): Read => {
  const selections: Selection[] = [];
  const errors: string[] = [];
  const ranges: string[] = [];
  const textOf = (node: { from: number; to: number }) => expression.slice(node.from, node.to);
  parser.parse(expression).iterate({
    enter: ({ name, node, type }) => {
      if (type.isError) errors.push(`"${textOf(node)}" at ${node.from}`);
      if (name === 'MatrixSelector') ranges.push(/\[([^\]]*)\]$/.exec(textOf(node))?.[1] ?? '');
      if (name !== 'VectorSelector') return;
      const metric = node.getChild('Identifier');
      const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
      selections.push({
        metric: metric ? textOf(metric) : '',
        labels: matchers.map((matcher) => {
          const label = matcher.getChild('LabelName');
          return label ? textOf(label) : '';
        }),
      });
    },
  });
  return { selections, errors, ranges };
};

/** The metrics that an expression selects. */
export const selectionsIn = (expression: string): readonly Selection[] =>
  readPromql(expression).selections;
