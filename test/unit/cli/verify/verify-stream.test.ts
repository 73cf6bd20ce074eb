import { describe, expect, it } from 'vitest';
import type { StreamReport } from '../../../../src/cli/verify/stream-report.ts';
import type { StateRecord } from '../../../../src/infra/pipeline/state-record.ts';
import { VerifiedStream } from '../../../support/verified-stream.ts';

/** The counts that are not nought. */
const counted = ({ counts }: StreamReport) =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

const found = ({ findings }: StreamReport) =>
  findings.map(({ verdict, sequence }) => [verdict, sequence]);

describe('an account of a stream', () => {
  it('says of each event what became of it', async () => {
    const stream = await VerifiedStream.open();
    const [applied, silent, rejected, dead, parked, discarded, redriven, repeat] = [
      await stream.ask('a', 'applied'),
      await stream.ask('a', 'silent'),
      await stream.ask('a', 'rejected'),
      await stream.ask('b', 'dead'),
      await stream.ask('b', 'parked'),
      await stream.ask('c', 'discarded'),
      await stream.ask('c', 'redriven'),
      await stream.ask('a', 'applied'),
    ];
    const byKey = { 'millrace-dead-on-exhausted': 'skip' };
    await stream.handle(applied, { facts: 2 });
    await stream.handle(silent, { facts: 0 });
    await stream.handle(rejected, { isRejected: true });
    await stream.handle(dead, { facts: 0, messages: [stream.copy('dead', dead, byKey)] });
    await stream.handle(parked, { facts: 0, messages: [stream.copy('parked', parked)] });
    for (const [event, action] of [
      [discarded, 'discarded'],
      [redriven, 'redriven'],
    ] as const) {
      await stream.handle(event, { facts: 0, messages: [stream.copy('dead', event, byKey)] });
      await stream.rule(event, action);
    }
    stream.floor = repeat.sequence;
    await stream.ask('d', 'waits');

    const report = await stream.verify();

    expect(counted(report)).toEqual({
      applied: 2,
      rejected: 1,
      dead: 1,
      parked: 1,
      discarded: 1,
      redriven: 1,
      repeated: 1,
      waiting: 1,
    });
    expect(report.wrong).toBe(0);
  });

  it('names an event that is acknowledged and in no state, fact or dead letter', async () => {
    const stream = await VerifiedStream.open();
    const events = [
      await stream.ask('a', '1'),
      await stream.ask('a', '2'),
      await stream.ask('b', '3'),
    ];
    await stream.handle(events[0] ?? fail());
    stream.floor = 2;

    const report = await stream.verify();

    expect(counted(report)).toEqual({ applied: 1, missing: 1, waiting: 1 });
    expect(report.findings).toEqual([
      expect.objectContaining({ sequence: 2, id: '2', token: 'a', isRepairable: true, last: 2 }),
    ]);
  });

  it('names an event whose facts are there while its state is not', async () => {
    const stream = await VerifiedStream.open();
    await stream.handle(await stream.ask('a', '1'), { withoutState: true });

    const report = await stream.verify();

    expect(counted(report)).toEqual({ missing: 1 });
    expect(report.findings[0]).toMatchObject({ isRepairable: false });
    expect(report.findings[0]?.why).toContain('its facts are there');
  });

  it('names events that were handled twice, whatever shows it', async () => {
    const stream = await VerifiedStream.open();
    const [facts, state, both] = [
      await stream.ask('a', 'facts'),
      await stream.ask('b', 'state'),
      await stream.ask('c', 'both'),
    ];
    await stream.handle(facts);
    await stream.handle(facts, { withoutState: true });
    await stream.handle(state, { facts: 0 });
    await stream.handle(state, { facts: 0 });
    await stream.handle(both, { messages: [stream.copy('dead', both)] });

    const report = await stream.verify();

    expect(found(report)).toEqual(
      expect.arrayContaining([facts, state, both].map(({ sequence }) => ['doubled', sequence])),
    );
    expect(counted(report)).toEqual({ doubled: 3 });
  });

  it('names events that were handled after a later one of their key', async () => {
    const stream = await VerifiedStream.open();
    const [first, second, third] = [
      await stream.ask('a', '1'),
      await stream.ask('a', '2'),
      await stream.ask('a', '3'),
    ];
    await stream.handle(second, { facts: 0 });
    await stream.handle(first, { facts: 0 });
    await stream.handle(third);

    expect(found(await stream.verify())).toEqual([['disordered', first.sequence]]);
    const unordered = { ...stream.service, ordering: 'none' as const };
    expect(counted(await stream.verify({ service: unordered }))).toEqual({ applied: 3 });
  });

  it('sees facts in a wrong order although the state says nothing of it', async () => {
    const stream = await VerifiedStream.open();
    const [first, second] = [await stream.ask('a', '1'), await stream.ask('a', '2')];
    const older = { change: ({ tally: _, ...record }: StateRecord): StateRecord => record };
    await stream.handle(second, older);
    await stream.handle(first, older);

    expect(found(await stream.verify())).toEqual([['disordered', first.sequence]]);
  });

  it('takes an event without a key for handled when its dead letter is there, and not twice for doubled', async () => {
    const stream = await VerifiedStream.open();
    const broken = await stream.publish('tally.count.x', 'not json');
    const lost = await stream.publish('tally.count.x', 'not json either');
    await stream.letter(broken);
    await stream.letter(broken);

    const report = await stream.verify();

    expect(counted(report)).toEqual({ dead: 1, missing: 1 });
    expect(report.findings[0]).toMatchObject({ sequence: lost, token: undefined });
  });

  it('tells how many are acknowledged ahead of the floor without an effect', async () => {
    const stream = await VerifiedStream.open();
    for (let n = 1; n <= 6; n++) await stream.ask('a', String(n));
    stream.floor = 1;
    stream.delivered = 5;
    stream.unacknowledged = 3;
    await stream.handle({ key: 'a', id: '1', sequence: 1 });

    const report = await stream.verify();

    expect(report.counts).toMatchObject({ applied: 1, missing: 1 });
    expect(report.unnamed).toEqual([{ count: 1, among: [2, 3, 4, 5] }]);
  });

  it('holds everything for waiting while the service has no consumer', async () => {
    const stream = await VerifiedStream.open();
    await stream.ask('a', '1');
    stream.hasConsumer = false;

    expect(counted(await stream.verify())).toEqual({ waiting: 1 });
  });

  it('does not hold an event for missing that was published again and waits', async () => {
    const stream = await VerifiedStream.open();
    await stream.ask('a', 'lost');
    await stream.handle(await stream.ask('a', 'in between'));
    stream.floor = (await stream.ask('b', 'x')).sequence;
    await stream.handle({ key: 'b', id: 'x', sequence: stream.floor });
    const again = await stream.ask('a', 'lost');

    expect(counted(await stream.verify())).toEqual({ applied: 2, waiting: 1, repeated: 1 });

    const later = await stream.ask('a', 'later');
    await stream.handle(again);
    await stream.handle(later);
    stream.floor = later.sequence;
    expect(counted(await stream.verify())).toEqual({ applied: 4, repeated: 1 });
  });

  it('says nothing of keys whose state cannot be read', async () => {
    const stream = await VerifiedStream.open();
    await stream.handle(await stream.ask('a', '1'), { facts: 0, change: () => ({}) as never });
    await stream.handle(await stream.ask('b', '2'));

    const report = await stream.verify();

    expect(counted(report)).toEqual({ applied: 1, unproven: 1 });
    expect(report.unreadable).toBe(1);
  });

  it('comes to the same result when memory holds only a few events at a time', async () => {
    const stream = await VerifiedStream.open();
    for (let n = 0; n < 60; n++) {
      const event = await stream.ask(`k${n % 7}`, String(n));
      if (n % 10 !== 3) await stream.handle(event, { facts: n % 3 });
    }

    const [whole, inShares] = [await stream.verify(), await stream.verify({ eventsAtATime: 4 })];

    expect(counted(whole)).toEqual({ applied: 54, missing: 6 });
    expect(counted(inShares)).toEqual(counted(whole));
    expect(found(inShares).sort()).toEqual(found(whole).sort());
  });
});

const fail = (): never => {
  throw new Error('there is no such event');
};
