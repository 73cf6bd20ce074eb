import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../../src/contracts/streams.ts';
import { BusRefused, BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';
import {
  FakeBroker,
  fact,
  keys,
  type Messages,
  newGroup,
  refused,
} from '../../../support/fake-broker.ts';
import { tallyStream } from '../../../support/tally.ts';

describe('group commit, refused or unanswered', () => {
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
});
