import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';
import { FakeBroker, fact, keys, newGroup, refused } from '../../../support/fake-broker.ts';
import { settled } from '../../../support/test-clock.ts';

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
