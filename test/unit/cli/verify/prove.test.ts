import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateRecord } from '../../../../src/infra/pipeline/state-record.ts';
import { type Asked, VerifiedStream } from '../../../support/verified-stream.ts';

/** What is done wrong to one or two of a key's events. */
const defects = ['none', 'lost', 'two lost', 'twice', 'lost and twice', 'late'] as const;

interface History {
  readonly events: number;
  /** Every so manieth event has a fact; the others show in the state alone. */
  readonly factEvery: number;
  readonly defect: (typeof defects)[number];
  readonly at: readonly [number, number];
}

const history = fc
  .record({
    events: fc.integer({ min: 4, max: 700 }),
    factEvery: fc.integer({ min: 2, max: 50 }),
    defect: fc.constantFrom(...defects),
    one: fc.nat(),
    two: fc.nat(),
  })
  .map(({ one, two, ...rest }): History => {
    const silent = (n: number) => {
      const at = n % (rest.events - 2);
      return at % rest.factEvery === 0 ? at + 1 : at;
    };
    const first = silent(one);
    return { ...rest, at: [first, first === silent(two) ? -1 : silent(two)] };
  })
  .filter(({ events, factEvery, at }) => at.every((n) => n < events && n % factEvery !== 0));

/** Plays a worker that makes one mistake, and then everything is acknowledged. */
const play = async ({ events, factEvery, defect, at: [one, two] }: History) => {
  const stream = await VerifiedStream.open();
  const asked: Asked[] = [];
  for (let n = 0; n < events; n++) asked.push(await stream.ask('k', `id-${n}`));
  const lost = { none: [], lost: [one], 'two lost': [one, two], twice: [], late: [] };
  const isLost = (n: number) => (defect === 'lost and twice' ? [one] : lost[defect]).includes(n);
  let late: Asked | undefined;
  for (const [n, event] of asked.entries()) {
    if (isLost(n)) continue;
    if (defect === 'late' && n === one) {
      late = event;
      continue;
    }
    const handling = { facts: n % factEvery === 0 ? 1 : 0, settledUpTo: event.sequence - 1 };
    await stream.handle(event, handling);
    if (defect === 'twice' && n === one) await stream.handle(event, handling);
    if (defect === 'lost and twice' && n === two) await stream.handle(event, handling);
    if (late) await stream.handle(late, { facts: 0 });
    late = undefined;
  }
  const sequences = (...indexes: number[]) => indexes.map((n) => asked[n]?.sequence ?? 0).sort();
  return { stream, expected: expectedOf(defect, one, two), sequences };
};

const expectedOf = (defect: History['defect'], one: number, two: number) => {
  const nothing = { missing: [], doubled: [], disordered: [] };
  if (defect === 'lost') return { ...nothing, missing: [one] };
  if (defect === 'two lost') return { ...nothing, missing: [one, two].filter((n) => n >= 0) };
  if (defect === 'twice') return { ...nothing, doubled: [one] };
  if (defect === 'late') return { ...nothing, disordered: [one] };
  if (defect === 'lost and twice') {
    return { ...nothing, missing: [one], doubled: [two].filter((n) => n >= 0) };
  }
  return nothing;
};

describe('what a tally proves', () => {
  it('names the events that are lost, doubled or late, however long ago and without a fact of them', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (drawn) => {
        const { stream, expected, sequences } = await play(drawn);

        const { findings, counts } = await stream.verify();

        for (const verdict of ['missing', 'doubled', 'disordered'] as const) {
          const named = findings.filter((finding) => finding.verdict === verdict);
          expect(named.map(({ sequence }) => sequence).sort()).toEqual(
            sequences(...expected[verdict]),
          );
        }
        expect(counts.unproven).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('counts those that it cannot name', async () => {
    const stream = await VerifiedStream.open();
    for (let n = 0; n < 400; n++) {
      const event = await stream.ask('k', `id-${n}`);
      const isLost = n > 10 && n < 60 && n % 10 === 5;
      if (!isLost) await stream.handle(event, { facts: 0, settledUpTo: event.sequence - 1 });
    }

    const report = await stream.verify();

    expect(report.counts.missing).toBe(5);
    expect(report.findings).toEqual([]);
    expect(report.unnamed[0]?.count).toBe(5);
    expect(report.events).toBe(400);
  });

  it('holds nothing for missing because other events have left the stream', async () => {
    for (const trimmedBelow of [2, 100, 1000, 1900]) {
      const stream = await VerifiedStream.open();
      for (let n = 0; n < 1000; n++) {
        const event = await stream.ask('k', `id-${n}`);
        await stream.handle(event, { facts: 0, settledUpTo: event.sequence - 1 });
      }
      stream.trimmedBelow = trimmedBelow;

      const { counts, wrong } = await stream.verify();

      expect(wrong).toBe(0);
      // Between the edge of the stream and the next mark nothing can be said.
      expect(counts.unproven).toBeLessThan(250);
    }
  });

  it('still names what is lost above a mark when the stream is trimmed', async () => {
    const stream = await VerifiedStream.open();
    let lost = 0;
    for (let n = 0; n < 1500; n++) {
      const event = await stream.ask('k', `id-${n}`);
      if (n === 1200) lost = event.sequence;
      else await stream.handle(event, { facts: 0, settledUpTo: event.sequence - 1 });
    }
    stream.trimmedBelow = 400;

    const { findings } = await stream.verify();

    expect(findings.map(({ verdict, sequence }) => [verdict, sequence])).toEqual([
      ['missing', lost],
    ]);
  });

  it('takes no repeat of an event that has left the stream for missing', async () => {
    const stream = await VerifiedStream.open();
    const handleMore = async (count: number, name: string) => {
      for (let n = 0; n < count; n++) {
        const event = await stream.ask('k', `${name}-${n}`);
        await stream.handle(event, { facts: 0, settledUpTo: event.sequence - 1 });
      }
    };
    await handleMore(127, 'before');
    // The event is the last one below a mark, and its repeat the first one above.
    const first = await stream.ask('k', 'same');
    const repeat = await stream.ask('k', 'same');
    await stream.handle(first, { facts: 0, settledUpTo: first.sequence - 1 });
    await handleMore(300, 'after');
    stream.trimmedBelow = repeat.sequence;

    const { counts, wrong } = await stream.verify();

    expect(wrong).toBe(0);
    expect(counts).toMatchObject({ applied: 300, unproven: 1 });
  });

  it('is not misled by a dead letter that does not say whether it moved its key on', async () => {
    const stream = await VerifiedStream.open();
    for (let n = 0; n < 300; n++) {
      const event = await stream.ask('k', `id-${n}`);
      const messages = n === 7 ? [stream.copy('dead', event)] : [];
      await stream.handle(event, { facts: 0, settledUpTo: event.sequence - 1, messages });
    }

    const { counts } = await stream.verify();

    expect(counts).toMatchObject({ applied: 299, dead: 1 });
  });

  it('says nothing of what a record of an older version has forgotten', async () => {
    const stream = await VerifiedStream.open();
    for (let n = 0; n < 300; n++) {
      const event = await stream.ask('k', `id-${n}`);
      if (n === 5) continue;
      const change =
        n < 150 ? { change: ({ tally: _, ...record }: StateRecord): StateRecord => record } : {};
      await stream.handle(event, { facts: 0, settledUpTo: event.sequence - 1, ...change });
    }

    const { counts, wrong } = await stream.verify();

    expect(wrong).toBe(0);
    expect(counts.unproven).toBeGreaterThan(0);
    expect(counts.unproven).toBeLessThanOrEqual(172);
  });
});
