import { type ServiceStream, stateSubject } from '../../contracts/streams.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { InboundMessage } from '../pipeline/delivery.ts';
import { BusRefused } from '../pipeline/errors.ts';
import type { Commitment, CommitResult, OutboundMessage, Published } from '../pipeline/ports.ts';
import { DuplicateWindow } from './duplicate-window.ts';
import { refuseTooLarge, storedMessage, storedSubject } from './stored-message.ts';
import type { SubjectFilter } from './subject-filter.ts';

/** Who wants to know what happens to a stream. Told at once, so it must not call out at once. */
export interface StreamReader {
  onStored(message: InboundMessage): void;
  onRemoved(message: InboundMessage): void;
}

/** As many messages as one atomic batch of JetStream holds. */
const largestCommit = 1000;

/** The log of one service: messages by sequence, and the last one of every subject. */
export class MemoryStream {
  readonly declaration: ServiceStream;
  readonly #clock: Clock;
  readonly #recent: DuplicateWindow;
  /** The message with sequence n is at n - 1. */
  readonly #log: (InboundMessage | undefined)[] = [];
  readonly #lastOfSubject = new Map<string, InboundMessage>();
  readonly #readers = new Set<StreamReader>();

  constructor(declaration: ServiceStream, clock: Clock, duplicateWindowMs: number) {
    this.declaration = declaration;
    this.#clock = clock;
    this.#recent = new DuplicateWindow(duplicateWindowMs);
  }

  takes(subject: string): boolean {
    return storedSubject(this.declaration, subject) !== undefined;
  }

  /** Stores a message, or finds the one that came before under the same id. @throws BusRefused */
  publish(message: OutboundMessage, id: string): Published {
    const accepted = this.#accept(message);
    const stream = this.declaration.name;
    const first = this.#recent.find(id, this.#clock.now());
    if (first !== undefined) return { id, stream, sequence: first, duplicate: true };
    const sequence = this.#store(accepted);
    this.#recent.remember(id, sequence, this.#clock.now());
    return { id, stream, sequence, duplicate: false };
  }

  /** Stores all of a commitment or nothing. @throws BusRefused */
  commit({ state, claim, messages }: Commitment): CommitResult {
    const all = claim ? [...messages, claim] : messages;
    const accepted = all.map((message) => this.#accept(message));
    if (accepted.length + (state ? 1 : 0) > largestCommit) {
      throw new BusRefused(`more than ${largestCommit} messages in one commit`, true);
    }
    if (claim && this.last(claim.subject)) return { kind: 'stale' };
    if (!state) {
      for (const message of accepted) this.#store(message);
      return { kind: 'committed', revision: 0 };
    }
    const subject = stateSubject(this.declaration, state.place);
    const record = this.#accept({ subject, headers: {}, body: state.record });
    const previous = this.last(subject);
    if ((previous?.sequence ?? 0) !== state.revision) return { kind: 'stale' };
    for (const message of accepted) this.#store(message);
    const revision = this.#store(record);
    if (previous) this.remove(previous.sequence);
    return { kind: 'committed', revision };
  }

  get(sequence: number): InboundMessage | undefined {
    return this.#log[sequence - 1];
  }

  /** The last message under a subject. */
  last(subject: string): InboundMessage | undefined {
    return this.#lastOfSubject.get(subject);
  }

  /** The last message of each subject that a filter lets pass, in the order of the stream. */
  lastOfEach(matches: SubjectFilter): readonly InboundMessage[] {
    return [...this.#lastOfSubject.values()]
      .filter(({ subject }) => matches(subject))
      .sort((one, other) => one.sequence - other.sequence);
  }

  /** What a filter lets pass, from a sequence on. */
  *from(sequence: number, matches: SubjectFilter): Iterable<InboundMessage> {
    for (let index = Math.max(sequence, 1) - 1; index < this.#log.length; index++) {
      const message = this.#log[index];
      if (message && matches(message.subject)) yield message;
    }
  }

  /** Takes a message out of the log, as JetStream does when it erases one. */
  remove(sequence: number): void {
    const message = this.get(sequence);
    if (!message) return;
    this.#log[sequence - 1] = undefined;
    if (this.last(message.subject) === message) this.#findLast(message.subject);
    for (const reader of this.#readers) reader.onRemoved(message);
  }

  /** Tells a reader of everything from now on, until the returned function is called. */
  subscribe(reader: StreamReader): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  #accept(message: OutboundMessage): OutboundMessage {
    const subject = storedSubject(this.declaration, message.subject);
    if (subject === undefined) {
      throw new BusRefused(`${this.declaration.name} does not take ${message.subject}`, true);
    }
    refuseTooLarge(message);
    return { ...message, subject };
  }

  #store({ subject, headers, body }: OutboundMessage): number {
    const sequence = this.#log.length + 1;
    const stored = {
      subject,
      stream: this.declaration.name,
      sequence,
      storedAt: this.#clock.now(),
    };
    const message = storedMessage(stored, { headers, body });
    this.#log.push(message);
    this.#lastOfSubject.set(subject, message);
    for (const reader of this.#readers) reader.onStored(message);
    return sequence;
  }

  #findLast(subject: string): void {
    const message = this.#log.findLast((candidate) => candidate?.subject === subject);
    if (message) this.#lastOfSubject.set(subject, message);
    else this.#lastOfSubject.delete(subject);
  }
}
