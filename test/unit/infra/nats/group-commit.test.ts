import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeOf, stateSubject } from '../../../../src/contracts/streams.ts';
import type { BatchAnswer } from '../../../../src/infra/nats/batch.ts';
import { type BatchPort, GroupCommit } from '../../../../src/infra/nats/group-commit.ts';
import { BusRefused, BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';
import type { CommitResult, OutboundMessage } from '../../../../src/infra/pipeline/ports.ts';
import { tallyStream } from '../../../support/tally.ts';
import { settled } from '../../../support/test-clock.ts';

type Messages = readonly OutboundMessage[];

/** A broker that does what an atomic batch does, when the test lets it. */
class FakeBroker implements BatchPort {
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

const refused = (err_code: number): BatchAnswer => ({
  kind: 'refused',
  error: { code: 400, err_code, description: 'no' },
});

const fact = (n: number | string): OutboundMessage => ({
  subject: 'fact.tally.0.counted',
  headers: {},
  body: String(n),
});

const newGroup = (broker = new FakeBroker()) => {
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

const keys = (count: number): string[] => Array.from({ length: count }, (_, n) => `k${n}`);

describe('group commit', () => {
  it('sends a lone decision at once: its facts, then its guarded state', async () => {
    const { broker, decide, revisionOf } = newGroup(new FakeBroker(40));

    expect(await decide('a', 0, 2)).toEqual({ kind: 'committed', revision: 43 });

    expect(broker.batches).toHaveLength(1);
    expect(broker.batches[0]).toEqual([
      fact('a.0'),
      fact('a.1'),
      {
        subject: 'state.tally.0.a',
        headers: { 'Nats-Rollup': 'sub', 'Nats-Expected-Last-Subject-Sequence': '0' },
        body: '{"key":"a"}',
      },
    ]);
    expect(revisionOf('a')).toBe(43);
  });

  it('puts the decisions of one turn into one batch, each with its true revision', async () => {
    const { decide, revisionOf, sizes } = newGroup();

    const results = await Promise.all(keys(10).map((key, n) => decide(key, 0, n % 3)));

    expect(sizes).toEqual([10]);
    for (const [n, key] of keys(10).entries()) {
      expect(results[n]).toEqual({ kind: 'committed', revision: revisionOf(key) });
    }
  });

  it('gathers while a batch is on its way', async () => {
    const { broker, decide, sizes } = newGroup();
    broker.holds = true;
    const first = decide('first');
    await settled();
    const rest = keys(7).map((key) => decide(key));
    await settled();
    expect(broker.batches).toHaveLength(1);

    await broker.release();
    await Promise.all([first, ...rest]);

    expect(sizes).toEqual([1, 7]);
  });

  it('never has two batches on their way', async () => {
    const { broker, decide } = newGroup();
    broker.holds = true;
    const all = [decide('a')];
    for (const key of keys(20)) {
      await settled();
      all.push(decide(key));
    }
    expect(broker.batches).toHaveLength(1);

    await broker.release();
    expect((await Promise.all(all)).every(({ kind }) => kind === 'committed')).toBe(true);
    expect(broker.batches).toHaveLength(2);
  });

  it('takes out those whose key has moved on, and commits the others', async () => {
    const { broker, decide, revisionOf } = newGroup();
    await decide('k2');
    await decide('k5');

    const results = await Promise.all(keys(8).map((key) => decide(key)));

    for (const [n, key] of keys(8).entries()) {
      const isStale = key === 'k2' || key === 'k5';
      const expected = isStale
        ? { kind: 'stale' }
        : { kind: 'committed', revision: revisionOf(key) };
      expect(results[n]).toEqual(expected);
    }
    expect(broker.batches.slice(2).map(({ length }) => length)).toEqual([16, 12]);
    expect(broker.stored.filter(({ body }) => String(body).startsWith('k2.'))).toHaveLength(1);
  });

  it('says stale of a lone decision without asking further', async () => {
    const { broker, decide } = newGroup();
    await decide('a');

    expect(await decide('a')).toEqual({ kind: 'stale' });
    expect(broker.batches).toHaveLength(2);
  });

  it('lets exactly one of two decisions upon the same revision win', async () => {
    const { broker, decide } = newGroup();
    // The broker refuses a second guard on one subject within a batch.
    broker.troubles.push(() => refused(10164));

    const results = await Promise.all([decide('a'), decide('a'), decide('b')]);

    expect(results.map(({ kind }) => kind).sort()).toEqual(['committed', 'committed', 'stale']);
    expect(broker.stored.filter(({ subject }) => subject === 'state.tally.0.a')).toHaveLength(1);
  });

  it('finds each of the stale ones, whichever they are', async () => {
    const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });

    await fc.assert(
      fc.asyncProperty(flags, async (stale) => {
        const { broker, decide, revisionOf } = newGroup();
        for (const [n, isStale] of stale.entries()) if (isStale) await decide(`k${n}`, 0, 0);
        const before = broker.stored.length;

        const results = await Promise.all(stale.map((_, n) => decide(`k${n}`)));

        for (const [n, isStale] of stale.entries()) {
          expect(results[n]).toEqual(
            isStale ? { kind: 'stale' } : { kind: 'committed', revision: revisionOf(`k${n}`) },
          );
        }
        const fresh = stale.filter((isStale) => !isStale).length;
        expect(broker.stored.length - before).toBe(2 * fresh);
      }),
      { numRuns: 50 },
    );
  });

  it('says unknown of those with a state when nobody knows what became of the batch', async () => {
    const { broker, group, decide } = newGroup();
    broker.troubles.push((messages) => {
      broker.apply(messages);
      throw new BusUnavailable('no answer');
    });

    const results = await Promise.allSettled([
      decide('a'),
      group.commit({ messages: [fact(1)] }),
      decide('b'),
    ]);

    expect(results).toEqual([
      { status: 'fulfilled', value: { kind: 'unknown' } },
      { status: 'rejected', reason: expect.any(BusUnavailable) },
      { status: 'fulfilled', value: { kind: 'unknown' } },
    ]);
  });

  it('says unknown when it cannot even be found out which of them are stale', async () => {
    const broker = new FakeBroker();
    const { decide } = newGroup(broker);
    broker.troubles.push(() => refused(10071));
    broker.lastSequence = async () => {
      throw new BusUnavailable('away');
    };

    const results = await Promise.all([decide('a'), decide('b')]);

    expect(results).toEqual([{ kind: 'unknown' }, { kind: 'unknown' }]);
  });

  it('goes on after a failure', async () => {
    const { broker, decide } = newGroup();
    broker.troubles.push(() => {
      throw new BusUnavailable('no answer');
    });
    await decide('a');

    expect(await decide('a')).toMatchObject({ kind: 'committed' });
  });

  it('sends no more than 1000 messages in a batch, and splits no decision', async () => {
    const { broker, decide } = newGroup();
    broker.holds = true;
    const first = decide('first');
    await settled();
    // Three of 400 and one of 999 messages, each with a state.
    const rest = [400, 400, 400, 999].map((count, n) => decide(`k${n}`, 0, count - 1));
    await broker.release();

    const results = await Promise.all([first, ...rest]);

    expect(results.every(({ kind }) => kind === 'committed')).toBe(true);
    expect(broker.batches.map(({ length }) => length)).toEqual([2, 800, 400, 999]);
  });

  it('leaves a decision that is too large alone to the broker, which refuses it', async () => {
    const { group, decide } = newGroup();
    const messages = Array.from({ length: 1001 }, (_, n) => fact(n));

    const results = await Promise.allSettled([
      decide('a'),
      group.commit({ messages }),
      decide('b'),
    ]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('lets one that is refused for good spoil no other', async () => {
    const { broker, decide, sizes } = newGroup();
    const refuse = (messages: Messages) =>
      messages.some(({ body }) => body === 'k3.0') ? refused(10054) : undefined;
    for (let times = 0; times < 20; times++) broker.troubles.push(refuse);

    const results = await Promise.allSettled(keys(8).map((key) => decide(key)));

    for (const [n, result] of results.entries()) {
      if (n === 3) {
        expect(result).toMatchObject({ reason: { name: 'BusRefused', lasting: true } });
      } else expect(result).toMatchObject({ value: { kind: 'committed' } });
    }
    expect(sizes[0]).toBe(8);
  });

  it('lets one that the client refuses to send spoil no other', async () => {
    const { broker, decide } = newGroup();
    const refuse = (messages: Messages) => {
      if (messages.some(({ body }) => body === 'k3.0')) throw new BusRefused('too large', true);
      return undefined;
    };
    for (let times = 0; times < 20; times++) broker.troubles.push(refuse);

    const results = await Promise.allSettled(keys(8).map((key) => decide(key)));

    expect(results[3]).toMatchObject({ reason: { name: 'BusRefused', lasting: true } });
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(7);
  });

  it('refuses at once what is larger than the stream takes, in bytes, with its headers', async () => {
    const { broker, group, decide } = newGroup();
    const limit = 512 * 1024;
    const commit = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
      group.commit({ messages: [{ ...fact(1), headers, body }] });

    const results = await Promise.allSettled([
      decide('a'),
      commit('x'.repeat(limit + 1)),
      commit('æ'.repeat(limit / 2)),
      commit(new Uint8Array(limit)),
      commit('', { 'x-huge': 'x'.repeat(65_536) }),
      commit('', { 'x-huge': 'æ'.repeat(33_000) }),
      group.commit({
        state: {
          place: placeOf(tallyStream, 'b'),
          revision: 0,
          record: 'x'.repeat(limit),
        },
        messages: [],
      }),
      commit('x'.repeat(limit - 1000)),
      commit('æ'.repeat(limit / 2 - 1000)),
      commit('', { 'x-large': 'x'.repeat(60_000) }),
    ]);

    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      ...Array.from({ length: 6 }, () => 'rejected'),
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    for (const result of results.slice(1, 7)) {
      expect(result).toMatchObject({ reason: { name: 'BusRefused', lasting: true } });
    }
    expect(broker.batches).toHaveLength(1);
  });

  it('passes on a refusal that may pass as one that may', async () => {
    const { broker, decide } = newGroup();
    broker.troubles.push(() => refused(10077));

    await expect(decide('a')).rejects.toMatchObject({ name: 'BusRefused', lasting: false });
  });

  it('has nothing to send for a commitment of nothing', async () => {
    const { broker, group } = newGroup();

    expect(await group.commit({ messages: [] })).toEqual({ kind: 'committed', revision: 0 });
    expect(broker.batches).toHaveLength(0);
  });

  it('hands on what belongs to no state', async () => {
    const { broker, group } = newGroup();

    await group.store(fact(1), 'the id');

    expect(broker.single).toEqual(['the id']);
  });
});
