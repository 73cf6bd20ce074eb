import { describe, expect, it } from 'vitest';
import { BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';
import type { Decision } from '../../../../src/infra/pipeline/handler.ts';
import type { Decide } from '../../../../src/infra/pipeline/process.ts';
import { newCore, stale } from '../../../support/decision-core.ts';
import { closedEvent, TallyCount } from '../../../support/tally.ts';

describe('committing what follows from a fact of others', () => {
  const asking =
    (count: number): Decide =>
    async (event): Promise<Decision> => ({
      events: Array.from({ length: count }, (_, n) => TallyCount({ key: `${event.key}${n}`, n })),
    });

  it('writes no state, and hands the handler none', async () => {
    const { stream, process, decided } = newCore(asking(2));

    const outcome = await process(closedEvent('a'));

    expect(outcome).toEqual({ kind: 'done', how: 'handled', facts: 2 });
    expect(stream.commits.map(({ state }) => state)).toEqual([undefined]);
    expect(decided).toEqual([undefined]);
    expect(stream.reads).toBe(0);
  });

  it('asks for the same under the same ids when the fact comes again', async () => {
    const { stream, process } = newCore(asking(2));

    await process(closedEvent('a'));
    await process(closedEvent('a'));

    const ids = stream.messages.map(({ headers }) => headers['ce-id']);
    const once = ['closed-a.count.a0', 'closed-a.count.a1'];
    expect(ids).toEqual([...once, ...once]);
  });

  it('splits what does not fit into one batch', async () => {
    const { stream, process } = newCore(asking(1201));

    expect(await process(closedEvent('a'))).toMatchObject({ facts: 1201 });

    expect(stream.commits.map(({ messages }) => messages.length)).toEqual([500, 500, 201]);
    expect(stream.messages.map(({ headers }) => headers['ce-id'])).toEqual(
      Array.from({ length: 1201 }, (_, n) => `closed-a.count.a${n}`),
    );
  });

  it('commits nothing when nothing follows', async () => {
    const { stream, process } = newCore(asking(0));

    expect(await process(closedEvent('a'))).toEqual({ kind: 'done', how: 'handled', facts: 0 });
    expect(stream.commits).toHaveLength(0);
  });

  it('is to be tried again when a batch was not acknowledged', async () => {
    const { stream, process } = newCore(asking(600));
    stream.troubles.push(
      () => undefined,
      () => stale,
    );

    await expect(process(closedEvent('a'))).rejects.toThrow(BusUnavailable);
  });
});
