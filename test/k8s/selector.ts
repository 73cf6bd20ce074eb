import type { Labels } from './manifest.ts';

/** What selects pods or namespaces by their labels. */
export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Whether each of some labels is among others. */
export const isSubset = (part: Labels, whole: Labels): boolean =>
  Object.entries(part).every(([key, value]) => whole[key] === value);

/** Whether a selector selects what has these labels; an empty one selects everything. */
export const selects = (
  { matchLabels = {}, matchExpressions = [] }: Selector,
  labels: Labels,
): boolean =>
  isSubset(matchLabels, labels) &&
  matchExpressions.every(({ key, operator, values = [] }) => {
    if (operator === 'In') return values.includes(labels[key] ?? '');
    throw new Error(`${operator} is used nowhere and not simulated`);
  });
