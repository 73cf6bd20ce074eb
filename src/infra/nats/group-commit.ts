import { type ServiceStream, stateSubject } from '../../contracts/streams.ts';
import { BusRefused, BusUnavailable } from '../pipeline/errors.ts';
import type { Commit, Commitment, CommitResult, OutboundMessage } from '../pipeline/ports.ts';
import type { AnsweredBatch } from '../pipeline/tracing.ts';
import type { BatchAnswer } from './batch.ts';
import { isStale, placeless, refusal } from './errors.ts';
import { fitsStream } from './message-size.ts';

/** What group commit needs of the broker. */
export interface BatchPort {
  publish(messages: readonly OutboundMessage[]): Promise<BatchAnswer>;
  store(message: OutboundMessage, id: string): Promise<void>;
  /** The sequence of the last message of a subject, 0 when there is none. */
  lastSequence(subject: string): Promise<number>;
}

export interface GroupCommitOptions {
  readonly stream: ServiceStream;
  readonly port: BatchPort;
  /** Told of each batch that the stream answered. */
  readonly onBatch?: (batch: AnsweredBatch) => void;
}

interface Waiting {
  readonly messages: readonly OutboundMessage[];
  /** What the decision was made upon; nothing for one without a state. */
  readonly guard: { readonly subject: string; readonly revision: number } | undefined;
  readonly trace: object | undefined;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

const expected = 'Nats-Expected-Last-Subject-Sequence';

/** The broker takes 1,000 messages a batch. */
const largestBatch = 1000;

/**
 * Group commit, as databases do it: while one batch is on its way, decisions gather for the next.
 *
 * A batch costs the broker milliseconds however full it is, so a lone decision leaves at once and a
 * flood shares the price. Each decision is guarded by its own key's revision; a refused batch is
 * taken apart to find the stale ones, and the others are committed without them.
 */
export class GroupCommit implements Commit {
  readonly #options: GroupCommitOptions;
  readonly #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  commit(commitment: Commitment): Promise<CommitResult> {
    const { stream } = this.#options;
    const guard = guardOf(stream, commitment);
    const messages = messagesOf(commitment, guard);
    // The broker would drop it and call the rest of its batch incomplete: nobody would know why.
    const tooLarge = messages.find((message) => !fitsStream(message));
    if (tooLarge) return Promise.reject(refusalOf(tooLarge));
    if (messages.length === 0) return Promise.resolve({ kind: 'committed', revision: 0 });
    return new Promise((resolve, reject) => {
      this.#waiting.push({ messages, guard, trace: commitment.trace, resolve, reject });
      // A microtask later, so that decisions of the same turn share the first batch.
      if (!this.#isBusy) queueMicrotask(() => void this.#run());
    });
  }

  store(message: OutboundMessage, id: string): Promise<void> {
    return this.#options.port.store(message, id);
  }

  async #run(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#waiting.length > 0) await this.#send(this.#gather());
    this.#isBusy = false;
  }

  #gather(): Waiting[] {
    let messages = 0;
    const fits = this.#waiting.findIndex((waiting) => {
      messages += waiting.messages.length;
      return messages > largestBatch;
    });
    // One that is too large alone is sent all the same: the broker says so.
    return this.#waiting.splice(0, fits === -1 ? this.#waiting.length : Math.max(1, fits));
  }

  async #send(group: readonly Waiting[]): Promise<void> {
    const { stream, port, onBatch } = this.#options;
    const startedAt = performance.now();
    try {
      const answer = await port.publish(group.flatMap(({ messages }) => messages));
      const seconds = (performance.now() - startedAt) / 1000;
      const isStored = answer.kind === 'stored';
      onBatch?.({ stream: stream.name, decisions: group.length, seconds, isStored, group });
      if (answer.kind === 'stored') settleStored(group, answer.lastSequence);
      else await this.#settleRefused(group, answer);
    } catch (error) {
      // What cannot even be sent is not stored, and only one of them may be to blame.
      if (error instanceof BusRefused && group.length > 1) await this.#sendHalves(group);
      else settleUnknown(group, error);
    }
  }

  /** Takes out what is stale and commits the rest; when that does not help, halves the group. */
  async #settleRefused(
    group: readonly Waiting[],
    answer: Extract<BatchAnswer, { kind: 'refused' }>,
  ): Promise<void> {
    const [only] = group;
    if (group.length === 1) {
      if (only?.guard && isStale(answer.error)) only.resolve({ kind: 'stale' });
      else only?.reject(refusal(answer.error, `commit to ${this.#options.stream.name}`));
      return;
    }
    const current = isStale(answer.error) ? await this.#withoutStale(group) : group;
    if (current.length < group.length) {
      if (current.length > 0) await this.#send(current);
      return;
    }
    await this.#sendHalves(group);
  }

  async #sendHalves(group: readonly Waiting[]): Promise<void> {
    const half = group.length >> 1;
    await this.#send(group.slice(0, half));
    await this.#send(group.slice(half));
  }

  /** Compares each guard with the stream, all at once, and lets those go whose key has moved on. */
  async #withoutStale(group: readonly Waiting[]): Promise<Waiting[]> {
    const isCurrent = await Promise.all(
      group.map(async ({ guard }) =>
        guard ? (await this.#options.port.lastSequence(guard.subject)) === guard.revision : true,
      ),
    );
    return group.filter((waiting, index) => {
      if (!isCurrent[index]) waiting.resolve({ kind: 'stale' });
      return isCurrent[index];
    });
  }
}

const refusalOf = (message: OutboundMessage): BusRefused =>
  new BusRefused(`${placeless(message.subject)}: larger than its stream takes`, true);

const guardOf = (stream: ServiceStream, { state, claim }: Commitment): Waiting['guard'] => {
  if (state) return { subject: stateSubject(stream, state.place), revision: state.revision };
  return claim && { subject: claim.subject, revision: 0 };
};

/** Facts first, the state last: its sequence is then that of its decision's end. */
const messagesOf = (
  { state, claim, messages }: Commitment,
  guard: Waiting['guard'],
): readonly OutboundMessage[] => {
  if (claim) return [...messages, { ...claim, headers: { ...claim.headers, [expected]: '0' } }];
  if (!state || !guard) return messages;
  const headers = { 'Nats-Rollup': 'sub', [expected]: String(state.revision) };
  return [...messages, { subject: guard.subject, headers, body: state.record }];
};

/** The messages of a batch lie one behind the other, so every state's sequence follows from the last. */
const settleStored = (group: readonly Waiting[], lastSequence: number): void => {
  const total = group.reduce((sum, { messages }) => sum + messages.length, 0);
  let sequence = lastSequence - total;
  for (const { messages, resolve } of group) {
    sequence += messages.length;
    resolve({ kind: 'committed', revision: sequence });
  }
};

/** Nobody knows what became of a batch: those with a state read it again and see. */
const settleUnknown = (group: readonly Waiting[], error: unknown): void => {
  for (const { guard, resolve, reject } of group) {
    if (guard && error instanceof BusUnavailable) resolve({ kind: 'unknown' });
    else reject(error);
  }
};
