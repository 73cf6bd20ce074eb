import { type KeyPlace, type ServiceStream, stateSubject } from '../../src/contracts/streams.ts';
import type {
  Commit,
  Commitment,
  CommitResult,
  OutboundMessage,
  StateReader,
} from '../../src/infra/pipeline/ports.ts';

type Trouble = (commitment: Commitment) => CommitResult | undefined;

/**
 * A stream as the pipeline sees it: keeps commits and states, guards revisions, and can be told to fail.
 *
 * A trouble is used up by one commit or store: it throws, answers in the stream's place, or lets pass.
 */
export class FakeStream implements Commit, StateReader {
  readonly commits: Commitment[] = [];
  readonly stored = new Map<string, OutboundMessage>();
  readonly troubles: Trouble[] = [];
  readonly readTroubles: (() => void)[] = [];
  reads = 0;
  readonly #stream: ServiceStream;
  readonly #states = new Map<string, { readonly revision: number; readonly record: string }>();
  #sequence = 0;

  constructor(stream: ServiceStream) {
    this.#stream = stream;
  }

  async commit(commitment: Commitment): Promise<CommitResult> {
    const instead = this.troubles.shift()?.(commitment);
    if (instead) return instead;
    return this.write(commitment);
  }

  /** What the stream does when nothing is in the way; also the part of another replica. */
  write(commitment: Commitment): CommitResult {
    const { state, messages } = commitment;
    const subject = state && stateSubject(this.#stream, state.place);
    if (state && (this.#states.get(subject ?? '')?.revision ?? 0) !== state.revision) {
      return { kind: 'stale' };
    }
    this.commits.push(commitment);
    this.#sequence += messages.length + (state ? 1 : 0);
    if (state && subject) {
      this.#states.set(subject, { revision: this.#sequence, record: state.record });
    }
    return { kind: 'committed', revision: this.#sequence };
  }

  /** Loses the last commits of a key, as a broker after a power cut may. */
  lose(place: KeyPlace): void {
    this.#states.delete(stateSubject(this.#stream, place));
  }

  async store(message: OutboundMessage, id: string): Promise<void> {
    this.troubles.shift()?.({ messages: [message] });
    if (!this.stored.has(id)) this.stored.set(id, message);
  }

  async read(place: KeyPlace): Promise<{ revision: number; record: string } | undefined> {
    this.reads++;
    this.readTroubles.shift()?.();
    return this.#states.get(stateSubject(this.#stream, place));
  }

  /** All messages that were committed, in order. */
  get messages(): OutboundMessage[] {
    return this.commits.flatMap(({ messages }) => messages);
  }
}

/** A trouble that throws. */
export const throwing =
  (error: Error): (() => never) =>
  () => {
    throw error;
  };
