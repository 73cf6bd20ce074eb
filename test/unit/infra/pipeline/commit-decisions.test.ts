import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../../src/contracts/streams.ts';
import { markOf } from '../../../../src/infra/pipeline/causes.ts';
import { BusRefused, BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';
import { moveOn, newCore, stale } from '../../../support/decision-core.ts';
import { throwing } from '../../../support/fake-stream.ts';
import { countEvent, decodeTally, messageOf, tallyStream } from '../../../support/tally.ts';

describe('committing decisions', () => {
  it('writes the facts and the new state together, upon the revision decided upon', async () => {
    const { stream, process, recordOf } = newCore();

    expect(await process(countEvent('a', 5))).toEqual({ kind: 'done', how: 'handled', facts: 1 });
    await process(countEvent('a', 2, { sequence: 9 }));

    expect(stream.commits.map(({ state }) => state?.revision)).toEqual([0, 2]);
    expect(stream.messages.map(({ body }) => body)).toEqual([
      '{"key":"a","total":5}',
      '{"key":"a","total":7}',
    ]);
    expect(await recordOf('a')).toEqual({
      key: 'a',
      state: { total: 7 },
      causes: markOf('a-5') + markOf('a-2'),
      recent: [6, 9],
      settled: 0,
      position: { TALLY: 9 },
      tally: expect.objectContaining({ count: 2, late: [] }),
    });
  });

  it('skips an event that the state contains, without running its handler', async () => {
    const { stream, process, decided } = newCore();
    await process(countEvent('a', 5));

    const again = await process(countEvent('a', 5));

    expect(again).toEqual({ kind: 'done', how: 'duplicate', facts: 0 });
    expect(decided).toHaveLength(1);
    expect(stream.commits).toHaveLength(1);
  });

  it('applies it again when the broker has lost it, whatever this process remembers', async () => {
    const { stream, process, decided, recordOf } = newCore();
    await process(countEvent('a', 5));
    stream.lose(placeOf(tallyStream, 'a'));

    const again = await process(countEvent('a', 5));

    expect(again).toMatchObject({ how: 'handled' });
    expect(decided).toHaveLength(2);
    expect((await recordOf('a')).state).toEqual({ total: 5 });
  });

  it('skips it in another process too, which reads the state first', async () => {
    const { stream, process, newProcess, decided } = newCore();
    await process(countEvent('a', 5));

    const elsewhere = await newProcess()(countEvent('a', 5));

    expect(elsewhere).toMatchObject({ how: 'duplicate' });
    expect(decided).toHaveLength(1);
    expect(stream.commits).toHaveLength(1);
  });

  it('recognises an event by its sequence when hundreds of its key were applied since', async () => {
    const { stream, process, decided } = newCore();
    for (let n = 1; n <= 600; n++) await process(countEvent('a', n));

    expect(await process(countEvent('a', 1))).toMatchObject({ how: 'duplicate' });

    expect(decided).toHaveLength(600);
    expect(stream.commits).toHaveLength(600);
  });

  it('recognises an event by its id when it was published again', async () => {
    const { process, decided } = newCore();
    await process(countEvent('a', 1));

    expect(await process(countEvent('a', 1, { sequence: 77 }))).toMatchObject({ how: 'duplicate' });

    expect(decided).toHaveLength(1);
  });

  it('remembers no sequence that the broker will not deliver again', async () => {
    const { process, recordOf, settle } = newCore();
    for (let n = 1; n <= 20; n++) {
      settle(n - 3);
      await process(countEvent('a', n));
    }

    expect(await recordOf('a')).toMatchObject({ recent: [18, 19, 20, 21], settled: 17 });
    expect(await process(countEvent('a', 4))).toMatchObject({ how: 'duplicate' });
  });

  it('remembers an event that decided nothing', async () => {
    const { stream, process, decided, recordOf } = newCore(async () => ({}));

    expect(await process(countEvent('a'))).toEqual({ kind: 'done', how: 'handled', facts: 0 });
    expect(await process(countEvent('a'))).toMatchObject({ how: 'duplicate' });

    expect(decided).toHaveLength(1);
    expect(stream.commits).toHaveLength(1);
    expect((await recordOf('a')).state).toEqual({ total: 0 });
  });

  it('leaves the state as it is when the decision states none', async () => {
    const { process, recordOf } = newCore(async (_event, state) =>
      (state as { total: number }).total === 0 ? { state: { total: 8 } } : {},
    );

    await process(countEvent('a', 1));
    await process(countEvent('a', 2));

    expect((await recordOf('a')).state).toEqual({ total: 8 });
  });

  it('decides again upon the fresh state when the key has moved on', async () => {
    const { stream, process, decided, recordOf, conflicts } = newCore();
    await process(countEvent('a', 1));
    stream.troubles.push(() => {
      moveOn(stream, countEvent('a', 90), 2, 100);
      return undefined;
    });

    const outcome = await process(countEvent('a', 2));

    expect(outcome).toEqual({ kind: 'done', how: 'handled', facts: 1 });
    expect(decided).toEqual([{ total: 0 }, { total: 1 }, { total: 100 }]);
    expect((await recordOf('a')).state).toEqual({ total: 102 });
    expect(stream.messages.at(-1)?.body).toBe('{"key":"a","total":102}');
    expect(conflicts()).toBe(1);
  });

  it('is done when the key has moved on because of this very event', async () => {
    const { stream, process, decided } = newCore();
    const event = countEvent('a', 1);
    stream.troubles.push(() => {
      moveOn(stream, event, 0, 1);
      return undefined;
    });

    expect(await process(event)).toEqual({ kind: 'done', how: 'duplicate', facts: 0 });
    expect(decided).toHaveLength(1);
  });

  it('finds out what became of a commit whose answer was lost', async () => {
    const { stream, process, recordOf } = newCore();
    stream.troubles.push((commitment) => {
      stream.write(commitment);
      return stale;
    });

    expect(await process(countEvent('a', 5))).toMatchObject({ how: 'duplicate' });

    expect(stream.messages).toHaveLength(1);
    expect((await recordOf('a')).state).toEqual({ total: 5 });
  });

  it('trusts the bus only, for a while, after a conflict', async () => {
    const { stream, process } = newCore();
    await process(countEvent('a', 1));
    stream.troubles.push(() => stale);
    await process(countEvent('a', 2));
    const reads = stream.reads;

    await process(countEvent('a', 3));

    expect(stream.reads).toBe(reads + 1);
  });

  it('gives up for now after 16 lost races in a row', async () => {
    const { stream, process, decided } = newCore();
    for (let round = 0; round < 16; round++) stream.troubles.push(() => stale);

    await expect(process(countEvent('a'))).rejects.toThrow(BusUnavailable);

    expect(decided).toHaveLength(16);
    expect(stream.commits).toHaveLength(0);
    expect(await process(countEvent('a'))).toMatchObject({ how: 'handled' });
  });

  it('passes on what the bus and the handler throw', async () => {
    const { stream, process } = newCore(async () => {
      throw new RangeError('no');
    });
    await expect(process(countEvent('a'))).rejects.toThrow(RangeError);

    const { stream: refusing, process: refused } = newCore();
    refusing.troubles.push(throwing(new BusRefused('full', false)));
    await expect(refused(countEvent('a'))).rejects.toThrow(BusRefused);

    expect(stream.commits).toHaveLength(0);
  });

  it('throws the problem of an event that breaks its contract', async () => {
    const { process, decided } = newCore();
    const event = decodeTally(messageOf({ body: '{' }));

    await expect(process(event)).rejects.toBe(event.problem);

    expect(decided).toHaveLength(0);
  });

  it('ignores what nobody here handles', async () => {
    const { stream, process } = newCore();
    const event = decodeTally(messageOf({ subject: 'fact.ledger.0.opened', stream: 'LEDGER' }));

    expect(await process(event)).toEqual({ kind: 'done', how: 'ignored', facts: 0 });
    expect(stream.reads).toBe(0);
  });
});
