import { z } from 'zod';
import { token } from '../../../src/infra/di/token.ts';
import type { KeyStates } from '../../../src/infra/pipeline/define-service.ts';

const runs = z.array(z.tuple([z.int(), z.int()]));

const schema = z.object({
  /** How many numbers are written down. */
  count: z.int(),
  /** The numbers in the order in which they came, as runs: `[[1, 7], [9, 9], [8, 8]]`. */
  runs,
});
export type LedgerState = z.infer<typeof schema>;

export const ledgerState = {
  schema,
  initial: { count: 0, runs: [] } satisfies LedgerState,
  provides: token<KeyStates<LedgerState>>('LedgerStates'),
};

/** The state with one more number: a number that follows its predecessor makes its run longer. */
export const withNumber = ({ count, runs }: LedgerState, n: number): LedgerState => {
  const last = runs.at(-1);
  return {
    count: count + 1,
    runs: last && last[1] + 1 === n ? [...runs.slice(0, -1), [last[0], n]] : [...runs, [n, n]],
  };
};
