import { z } from 'zod';

/**
 * What somebody decided about a dead letter, on record for good beside it.
 *
 * There is one at most for each letter: it is written under a subject that must be free.
 */
export const rulingSchema = z.object({
  action: z.enum(['redriven', 'discarded']),
  /** Where the dead letter is in its stream. */
  letter: z.int(),
  /** The id of the dead event. */
  event: z.string(),
  /** The id under which it is handled again. */
  newId: z.string().optional(),
  by: z.string(),
  /** When, RFC 3339. */
  at: z.string(),
  note: z.string().optional(),
  /** Random: whoever ruled recognises the ruling as theirs by it. */
  ticket: z.string(),
});
export type Ruling = z.infer<typeof rulingSchema>;
