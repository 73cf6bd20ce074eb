import type { InboundMessage } from './delivery.ts';

/** The message that a mark is about; a stream that was made anew gives its sequences again. */
export type Suspect = Pick<InboundMessage, 'stream' | 'sequence' | 'storedAt'>;

/**
 * Marks on record of the suspected messages that were being handled when a process ended.
 *
 * They outlast processes, and go by themselves after days.
 */
export interface SuspectMarks {
  /** How many processes ended with it. @throws BusUnavailable, BusRefused: as all of these */
  count(suspect: Suspect): Promise<number>;
  mark(suspect: Suspect, count: number): Promise<void>;
  clear(suspect: Suspect): Promise<void>;
}

/** From this delivery on a message is suspected to have ended its worker. */
export const suspectFrom = 3;
/** A message with so many marks is not run any more; all but the first were left when nothing else ran. */
export const mostMarks = 3;
