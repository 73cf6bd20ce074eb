import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../../src/contracts/streams.ts';
import { BusUnavailable, UnreadableState } from '../../../../src/infra/pipeline/errors.ts';
import { StateCache } from '../../../../src/infra/pipeline/state-cache.ts';
import { emptyRecord } from '../../../../src/infra/pipeline/state-record.ts';
import { FakeStream, throwing } from '../../../support/fake-stream.ts';
import { tallyState, tallyStream } from '../../../support/tally.ts';
import { TestClock } from '../../../support/test-clock.ts';

const place = placeOf(tallyStream, 'a');

const newCache = (characters?: number) => {
  const stream = new FakeStream(tallyStream);
  const clock = new TestClock();
  const cache = new StateCache({
    reader: stream,
    stream: tallyStream,
    definition: tallyState,
    clock,
    ...(characters ? { characters } : {}),
  });
  /** What another replica does. */
  const write = (key: string, revision: number, total: number): void => {
    const record = JSON.stringify({ ...emptyRecord(key, { total }), causes: [`r${total}`] });
    stream.write({ state: { place: placeOf(tallyStream, key), revision, record }, messages: [] });
  };
  return { stream, clock, cache, write };
};

describe('the cache of states', () => {
  it('knows the initial state of a key that has none', async () => {
    const { cache } = newCache();

    expect(await cache.recall('a', place)).toEqual({
      revision: 0,
      record: emptyRecord('a', { total: 0 }),
    });
    expect(await cache.read('b')).toEqual({ total: 0 });
  });

  it('reads a key from the bus once', async () => {
    const { stream, cache, write } = newCache();
    write('a', 0, 5);

    expect((await cache.recall('a', place)).record.state).toEqual({ total: 5 });
    expect((await cache.recall('a', place)).revision).toBe(1);
    expect(stream.reads).toBe(1);
  });

  it('keeps what was committed', async () => {
    const { stream, cache } = newCache();
    const stored = { revision: 9, record: emptyRecord('a', { total: 4 }) };

    cache.keep(place, stored, 10);

    expect(await cache.recall('a', place)).toEqual(stored);
    expect(stream.reads).toBe(0);
  });

  it('answers queries with the latest state, whatever it kept', async () => {
    const { cache, write } = newCache();
    await cache.recall('a', place);

    write('a', 0, 5);

    expect(await cache.read('a')).toEqual({ total: 5 });
  });

  it('reads each state from the bus for five seconds after a conflict', async () => {
    const { stream, clock, cache, write } = newCache();
    await cache.recall('a', place);

    cache.distrust();
    write('a', 0, 1);
    expect((await cache.recall('a', place)).record.state).toEqual({ total: 1 });
    await clock.advance(4999);
    write('a', 1, 2);
    expect((await cache.recall('a', place)).record.state).toEqual({ total: 2 });
    await clock.advance(1);
    await cache.recall('a', place);

    expect(stream.reads).toBe(3);
  });

  it('forgets the keys that were not used for longest when there are too many', async () => {
    const { stream, cache } = newCache(450);
    for (const key of ['a', 'b', 'c']) await cache.recall(key, placeOf(tallyStream, key));

    await cache.recall('b', placeOf(tallyStream, 'b'));
    await cache.recall('c', placeOf(tallyStream, 'c'));
    expect(stream.reads).toBe(3);
    await cache.recall('a', place);
    expect(stream.reads).toBe(4);
  });

  it('forgets everything when it is told that the broker may have come back with less', async () => {
    const { stream, cache } = newCache();
    await cache.recall('a', place);

    cache.clear();
    await cache.recall('a', place);

    expect(stream.reads).toBe(2);
  });

  it('says where a state is that cannot be read, and not what is in it', async () => {
    const { stream, cache } = newCache();
    for (const [record, why] of [
      ['jane@secret', 'it is not JSON'],
      ['{"key":"jane@secret"}', 'state: '],
    ] as const) {
      stream.lose(place);
      stream.write({ state: { place, revision: 0, record }, messages: [] });

      const error = await cache.readAfresh('a', place).catch((thrown: Error) => thrown);

      expect(error).toBeInstanceOf(UnreadableState);
      expect(String(error)).toContain(why);
      expect(String(error)).not.toContain('jane');
    }
  });

  it('keeps nothing when the bus cannot be asked', async () => {
    const { stream, cache, write } = newCache();
    stream.readTroubles.push(throwing(new BusUnavailable('away')));

    await expect(cache.recall('a', place)).rejects.toThrow(BusUnavailable);

    write('a', 0, 5);
    expect((await cache.recall('a', place)).record.state).toEqual({ total: 5 });
  });
});
