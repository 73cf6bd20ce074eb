import { Gate } from '../gate.ts';
import type { IncomingEvent, Middleware, Outcome, Process } from '../process.ts';
import { mostMarks, type Suspect, type SuspectMarks, suspectFrom } from '../suspects.ts';

export interface GuardSuspectsOptions {
  readonly marks: SuspectMarks;
  /** True when the event's key contains it already: nothing of it will run. */
  readonly isContained: (event: IncomingEvent) => Promise<boolean>;
}

/**
 * Finds the one event that ends its worker, without blaming those that were handled beside it.
 *
 * Delivery counts alone would blame all that were in flight. So what has been delivered several times
 * is handled alone, while nothing else runs in the process, and with a mark on record that is removed
 * afterwards: a mark that is found later was left by a process that ended right then. With enough of
 * them the event is not run again.
 */
export const guardSuspects = ({ marks, isContained }: GuardSuspectsOptions): Middleware => {
  const gate = new Gate();
  // What this process could not clear says nothing against the event.
  const leftOver = new Map<string, number>();
  return (next) => async (event) => {
    const isSuspect = event.deliveries >= suspectFrom && !(await isContained(event));
    if (!isSuspect) return gate.shared(() => next(event));
    return gate.alone(() => tryMarked(event, next, marks, leftOver));
  };
};

const tryMarked = async (
  event: IncomingEvent,
  next: Process,
  marks: SuspectMarks,
  leftOver: Map<string, number>,
): Promise<Outcome> => {
  const id = idOf(event.message);
  const crashes = leftOver.get(id) ?? (await marks.count(event.message));
  if (crashes < mostMarks) await marks.mark(event.message, crashes + 1);
  leftOver.set(id, crashes);
  try {
    return await next(crashes < mostMarks ? event : { ...event, crashes });
  } finally {
    await marks.clear(event.message).then(
      () => leftOver.delete(id),
      // What matters has happened; this try is remembered as one that the process outlived.
      () => undefined,
    );
  }
};

const idOf = ({ stream, sequence, storedAt }: Suspect): string =>
  `${stream}.${sequence}.${storedAt}`;
