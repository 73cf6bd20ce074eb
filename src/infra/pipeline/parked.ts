import { z } from 'zod';

/**
 * What a key's record says while its events wait behind a dead letter; absent otherwise.
 *
 * It is written in one commit with the dead letter, so that no later event of the key can slip past,
 * and moves on in one commit with each event that is handled when the key is resumed.
 */
export interface Parked {
  /** The id of the event that is dead. */
  readonly letter: string;
  /** Where that event is in the stream. */
  readonly since: number;
  /** What waits lies behind this sequence: parked events up to it are done with. */
  readonly after: number;
  /** How many events wait. */
  readonly waiting: number;
  /** The dead event itself is done with; those behind it are being handled. */
  readonly resumed?: boolean | undefined;
}

/** The schema of {@link Parked}. */
export const parkedSchema = z.object({
  letter: z.string(),
  since: z.number(),
  after: z.number(),
  waiting: z.number(),
  resumed: z.boolean().optional(),
});

/** The place of an event among those of a parked key, as it is handled at last. */
export interface Turn {
  /** How far the key had come when it was this event's turn. */
  readonly from: Parked;
  /** Where its copy is among the parked ones; nothing for the dead event itself. */
  readonly copy: number | undefined;
}

/** True while it is still the event's turn; how many wait behind it does not matter. */
export const isTurn = (parked: Parked | undefined, { from }: Turn): boolean =>
  parked?.letter === from.letter &&
  parked.after === from.after &&
  (parked.resumed ?? false) === (from.resumed ?? false);

/** How the key is parked after the event's turn. */
export const afterTurn = (parked: Parked, { copy }: Turn): Parked => ({
  ...parked,
  resumed: true,
  ...(copy === undefined ? {} : { after: copy, waiting: parked.waiting - 1 }),
});

/** The same with one event more at the end. */
export const withOneMore = (parked: Parked): Parked => ({ ...parked, waiting: parked.waiting + 1 });
