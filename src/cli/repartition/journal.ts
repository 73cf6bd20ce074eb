import { z } from 'zod';

/**
 * What a move decides once, at its beginning: stored in the stream itself, as the body of its first mark.
 *
 * Everything else follows from this and from what lies before the mark, which nobody changes: so
 * whoever carries on after a crash comes to the same result.
 */
export const journalSchema = z.object({
  from: z.int().positive(),
  to: z.int().positive(),
  /** Of each old partition, up to where its own consumer had everything acknowledged. */
  floors: z.array(z.int()),
  by: z.string(),
  /** When it began, RFC 3339. */
  at: z.string(),
});
export type Journal = z.infer<typeof journalSchema>;
