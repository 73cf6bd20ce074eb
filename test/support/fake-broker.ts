import { placeOf, stateSubject } from '../../src/contracts/streams.ts';
import type { BatchAnswer } from '../../src/infra/nats/batch.ts';
import { type BatchPort, GroupCommit } from '../../src/infra/nats/group-commit.ts';
import type { CommitResult, OutboundMessage } from '../../src/infra/pipeline/ports.ts';
import { tallyStream } from './tally.ts';
import { settled } from './test-clock.ts';

export type Messages = readonly OutboundMessage[];

/** A broker that does what an atomic batch does, when the test lets it. */
export class FakeBroker implements BatchPort {
  readonly batches: Messages[] = [];
  readonly stored: OutboundMessage[] = [];
  readonly single: string[] = [];
  readonly troubles: ((messages: Messages) => BatchAnswer | undefined)[] = [];
  /** Batches wait for {@link release} while this is set. */
  holds = false;
  readonly #waiting: (() => void)[] = [];
  #sequence: number;

  constructor(sequence = 0) {
    this.#sequence = sequence;
  }

  async publish(messages: Messages): Promise<BatchAnswer> {
    this.batches.push(messages);
    if (this.holds) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.troubles.shift()?.(messages) ?? this.apply(messages);
  }

  apply(messages: Messages): BatchAnswer {
    if (messages.length > 1000) return refused(10199);
    const revision = ({ headers }: OutboundMessage) =>
      headers['Nats-Expected-Last-Subject-Sequence'];
    const isStale = messages.some(
      (message) =>
        revision(message) !== undefined && Number(revision(message)) !== this.last(message.subject),
    );
    if (isStale) return refused(10071);
    for (const message of messages) {
      this.#sequence++;
      this.stored.push({ ...message, headers: { ...message.headers, at: `${this.#sequence}` } });
    }
    return { kind: 'stored', lastSequence: this.#sequence, count: messages.length };
  }

  async store(_message: OutboundMessage, id: string): Promise<void> {
    this.single.push(id);
  }

  async lastSequence(subject: string): Promise<number> {
    return this.last(subject);
  }

  last(subject: string): number {
    const found = this.stored.filter((message) => message.subject === subject).at(-1);
    return Number(found?.headers['at'] ?? 0);
  }

  async release(): Promise<void> {
    this.holds = false;
    for (const go of this.#waiting.splice(0)) go();
    await settled();
  }
}

/** A refusal of the broker, by its code. */
export const refused = (err_code: number): BatchAnswer => ({
  kind: 'refused',
  error: { code: 400, err_code, description: 'no' },
});

export const fact = (n: number | string): OutboundMessage => ({
  subject: 'fact.tally.0.counted',
  headers: {},
  body: String(n),
});

/** A group commit upon a broker. */
export const newGroup = (broker = new FakeBroker()) => {
  const sizes: number[] = [];
  const group = new GroupCommit({
    stream: tallyStream,
    port: broker,
    onBatch: ({ decisions }) => sizes.push(decisions),
  });
  const decide = (key: string, revision = 0, facts = 1): Promise<CommitResult> =>
    group.commit({
      state: { place: placeOf(tallyStream, key), revision, record: `{"key":"${key}"}` },
      messages: Array.from({ length: facts }, (_, n) => fact(`${key}.${n}`)),
    });
  const revisionOf = (key: string): number =>
    broker.last(stateSubject(tallyStream, placeOf(tallyStream, key)));
  return { broker, group, decide, revisionOf, sizes };
};

export const keys = (count: number): string[] => Array.from({ length: count }, (_, n) => `k${n}`);
