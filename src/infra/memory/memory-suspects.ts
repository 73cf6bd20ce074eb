import type { Suspect, SuspectMarks } from '../pipeline/suspects.ts';

/** Marks that are gone with the process, as is everything that they could be about. */
export class MemorySuspects implements SuspectMarks {
  readonly #counts = new Map<string, number>();

  async count(suspect: Suspect): Promise<number> {
    return this.#counts.get(idOf(suspect)) ?? 0;
  }

  async mark(suspect: Suspect, count: number): Promise<void> {
    this.#counts.set(idOf(suspect), count);
  }

  async clear(suspect: Suspect): Promise<void> {
    this.#counts.delete(idOf(suspect));
  }
}

const idOf = ({ stream, sequence, storedAt }: Suspect): string =>
  `${stream}.${sequence}.${storedAt}`;
