import type { Comparison } from './comparison.ts';
import { rowComparison } from './rows-comparison.ts';

/** Everything that `npm run bench` runs, in this order. */
export const comparisons: readonly Comparison[] = [rowComparison];
