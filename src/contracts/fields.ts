import { z } from 'zod';

/**
 * An identifier: 1 to 128 characters, without control characters, not blank.
 *
 * Spaces and any script are welcome: `whole milk` and `Ærø` are good product ids.
 */
export const identifier = z
  .string()
  .min(1)
  .max(128)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  .regex(/^[^\u0000-\u001f\u007f\p{Surrogate}]+$/u, 'no control characters or half characters')
  .regex(/\S/, 'not blank');

/** An amount of money: whole minor units (cents) and an ISO 4217 code, never a float. */
export const money = z.object({
  amount: z.int().nonnegative(),
  currency: z.string().regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as EUR'),
});
export type Money = z.infer<typeof money>;

/** Why a request was refused: a code for programs and a sentence for people. */
export const rejection = <const Reason extends string>(
  reasons: readonly [Reason, ...Reason[]],
) => ({
  reason: z.enum(reasons),
  message: z.string(),
});
