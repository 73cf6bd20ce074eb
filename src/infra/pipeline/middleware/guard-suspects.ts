import { BusRefused } from '../errors.ts';
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
 * Delivery counts alone would blame all that were in flight, and count what was only handed on. So
 * what has been delivered several times is handled with a mark on record that is removed afterwards: a
 * mark that is found was left by a process that ended meanwhile. Once marked, an event is handled
 * while nothing else runs in the process, so that further marks are its own; with enough of them it is
 * not run again.
 */
export const guardSuspects = ({ marks, isContained }: GuardSuspectsOptions): Middleware => {
  const gate = new Gate();
  const ledger = new Ledger(marks);
  const watched = async (event: IncomingEvent, next: Process): Promise<Outcome> => {
    const found = await ledger.count(event);
    const handle = () => ledger.whileMarked(event, found, next);
    return found === 0 || found >= mostMarks ? gate.shared(handle) : gate.alone(handle);
  };
  return (next) => {
    const beside = gate.sharing(next);
    const guarded = async (event: IncomingEvent) =>
      (await isContained(event)) ? beside(event) : watched(event, next);
    return (event) => (event.deliveries < suspectFrom ? beside(event) : guarded(event));
  };
};

/** The marks as this process knows them. */
class Ledger {
  readonly #marks: SuspectMarks;
  /** What could not be cleared says nothing against its event: this process outlived it. */
  readonly #outlived = new Map<string, number>();

  constructor(marks: SuspectMarks) {
    this.#marks = marks;
  }

  async count({ message }: IncomingEvent): Promise<number> {
    const outlived = this.#outlived.get(idOf(message));
    return outlived ?? unlessRefused(this.#marks.count(message), 0);
  }

  async whileMarked(event: IncomingEvent, found: number, next: Process): Promise<Outcome> {
    const { message } = event;
    const mayRun = found < mostMarks;
    if (mayRun) await unlessRefused(this.#marks.mark(message, found + 1), undefined);
    try {
      return await next(mayRun ? event : { ...event, crashes: found });
    } finally {
      await this.#clear(message, found);
    }
  }

  async #clear(message: Suspect, before: number): Promise<void> {
    try {
      await this.#marks.clear(message);
      this.#outlived.delete(idOf(message));
    } catch {
      // The mark goes by itself after days; until then this process knows better.
      this.#outlived.set(idOf(message), before);
    }
  }
}

/** Where nobody may keep marks, events are handled without: a net that is not there must stop nothing. */
const unlessRefused = async <T>(doing: Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await doing;
  } catch (error) {
    if (error instanceof BusRefused) return otherwise;
    throw error;
  }
};

const idOf = ({ stream, sequence, storedAt }: Suspect): string =>
  `${stream}.${sequence}.${storedAt}`;
