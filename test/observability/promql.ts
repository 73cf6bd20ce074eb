/** One metric in an expression, with the labels that its selector compares. */
export interface Selection {
  readonly metric: string;
  readonly labels: readonly string[];
}

const words = new Set(['and', 'or', 'unless', 'bool', 'offset']);
const name = /(?<![\w:$.])[a-zA-Z_:][\w:]*/;
const matchers = /\{[^{}]*\}/;

/**
 * The metrics that an expression selects.
 *
 * Not a parser: whether an expression is well formed is promtool's to say. Labels of aggregations
 * and of joins are taken out first, then every name that no bracket follows is a metric.
 */
export const selectionsIn = (expression: string): readonly Selection[] => {
  const bare = expression
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ');
  const selection = new RegExp(`(${name.source})\\s*(${matchers.source}|\\()?`, 'g');
  return [...bare.matchAll(selection)]
    .filter(([, metric = '', after]) => after !== '(' && !words.has(metric))
    .map(([, metric = '', after = '']) => ({ metric, labels: labelsIn(after) }));
};

/** The labels that a selector's matchers name. */
const labelsIn = (selector: string): readonly string[] =>
  [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/g)].map(
    ([, label = '']) => label,
  );
