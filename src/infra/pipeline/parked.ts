import { z } from 'zod';

/**
 * What a key's record says while its events wait behind a dead letter; absent otherwise.
 *
 * It is written in one commit with the dead letter, so that no later event of the key can slip past.
 */
export interface Parked {
  /** The id of the event that is dead. */
  readonly letter: string;
  /** Where that event is in the stream. */
  readonly since: number;
  /** What waits lies behind this sequence: parked events up to it are done with. */
  readonly after: number;
  /** The dead event itself is done with; those behind it are being handled. */
  readonly resumed?: boolean | undefined;
}

/** The schema of {@link Parked}. */
export const parkedSchema = z.object({
  letter: z.string(),
  since: z.number(),
  after: z.number(),
  resumed: z.boolean().optional(),
});
