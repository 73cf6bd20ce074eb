import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../../src/contracts/streams.ts';
import { afterTry } from '../../../../src/infra/pipeline/after-try.ts';
import { commitDecisions } from '../../../../src/infra/pipeline/commit-decisions.ts';
import { BusRefused, PermanentError } from '../../../../src/infra/pipeline/errors.ts';
import type { OnExhausted } from '../../../../src/infra/pipeline/handler.ts';
import { setAside } from '../../../../src/infra/pipeline/middleware/set-aside.ts';
import { settleFailures } from '../../../../src/infra/pipeline/middleware/settle-failures.ts';
import { compose, type IncomingEvent } from '../../../../src/infra/pipeline/process.ts';
import { exponential } from '../../../../src/infra/pipeline/retry-policy.ts';
import { stamper } from '../../../../src/infra/pipeline/stamp.ts';
import { StateCache } from '../../../../src/infra/pipeline/state-cache.ts';
import { FakeStream, throwing } from '../../../support/fake-stream.ts';
import {
  countEvent,
  decodeTally,
  messageOf,
  tallyState,
  tallyStream,
} from '../../../support/tally.ts';
import { TestClock } from '../../../support/test-clock.ts';

/** A pipeline whose handler adds up and refuses negative numbers for good. */
const newPipeline = (onExhausted: OnExhausted = 'park') => {
  const stream = new FakeStream(tallyStream);
  const clock = new TestClock();
  const decided: number[] = [];
  const newProcess = () => {
    const definition = tallyState;
    const states = new StateCache<unknown>({
      reader: stream,
      stream: tallyStream,
      definition,
      clock,
    });
    const parts = { stream: tallyStream, commits: stream, states, clock };
    const by = { worker: 'host.1', version: '1.2.3' };
    return compose(
      [afterTry(settleFailures(exponential()), [setAside({ ...parts, by, onExhausted })])],
      commitDecisions({
        ...parts,
        stamp: stamper(tallyStream, clock),
        decide: async ({ data }, state) => {
          const { n } = data as { n: number };
          decided.push(n);
          if (n < 0) throw new PermanentError('negative');
          return { state: { total: (state as { total: number }).total + n } };
        },
      }),
    );
  };
  const recordOf = async (key: string) =>
    JSON.parse((await stream.read(placeOf(tallyStream, key)))?.record ?? '{}');
  const subjects = () => stream.messages.map(({ subject }) => subject);
  return { stream, process: newProcess(), newProcess, decided, recordOf, subjects };
};

const at = (sequence: number, n: number, key = 'a'): IncomingEvent =>
  countEvent(key, n, { sequence });

describe('a key whose dead events park it', () => {
  it('is parked in one commit with the dead letter', async () => {
    const { stream, process, recordOf } = newPipeline();
    await process(at(1, 5));

    expect(await process(at(2, -1))).toMatchObject({ kind: 'dead' });

    expect(stream.commits).toHaveLength(2);
    expect(stream.messages[0]?.headers['millrace-dead-on-exhausted']).toBe('park');
    expect(await recordOf('a')).toMatchObject({
      state: { total: 5 },
      parked: { letter: 'a--1', since: 2, after: 1, waiting: 0 },
    });
  });

  it('lets its later events wait on record, unhandled and in order', async () => {
    const { process, decided, recordOf, subjects, stream } = newPipeline();
    for (const [index, n] of [-1, 2, 3].entries()) await process(at(index + 1, n));

    expect(await process(at(4, 4))).toEqual({ kind: 'done', how: 'parked', facts: 0 });

    expect(decided).toEqual([-1]);
    const parked = 'parked.tally.0.a';
    expect(subjects()).toEqual(['dead.tally.0.count', parked, parked, parked]);
    const copies = stream.messages.slice(1);
    expect(copies.map(({ headers }) => headers['millrace-parked-sequence'])).toEqual([
      '2',
      '3',
      '4',
    ]);
    expect(await recordOf('a')).toMatchObject({ state: { total: 0 }, parked: { waiting: 3 } });
  });

  it('takes every event on record once, in any process', async () => {
    const { process, newProcess, subjects } = newPipeline();
    await process(at(1, -1));
    await process(at(2, 2));

    expect(await process(at(2, 2))).toMatchObject({ how: 'duplicate' });
    expect(await newProcess()(at(2, 2))).toMatchObject({ how: 'duplicate' });
    expect(await newProcess()(at(1, -1))).toMatchObject({ how: 'duplicate' });

    expect(subjects()).toHaveLength(2);
  });

  it('holds up no other key', async () => {
    const { process, recordOf } = newPipeline();
    await process(at(1, -1));

    expect(await process(at(2, 7, 'b'))).toMatchObject({ how: 'handled' });
    expect((await recordOf('b')).state).toEqual({ total: 7 });
    expect(await recordOf('b')).not.toHaveProperty('parked');
  });

  it('lets an event wait that died elsewhere while the key was being parked', async () => {
    const { process, newProcess, stream, subjects } = newPipeline();
    const other = newProcess();
    stream.troubles.push(() => ({ kind: 'stale' }));

    // The other one has died already when this one has parked the key.
    const dying = other(at(2, -2));
    await process(at(1, -1));
    expect(await dying).toMatchObject({ kind: 'done', how: 'parked' });

    expect(subjects()).toEqual(['dead.tally.0.count', 'parked.tally.0.a']);
  });

  it('leaves the body of a copy in the stream when it is too large with it', async () => {
    const { process, stream } = newPipeline();
    await process(at(1, -1));
    const tooLarge = throwing(new BusRefused('too large', true));
    stream.troubles.push(tooLarge, tooLarge);

    expect(await process(at(2, 2))).toMatchObject({ how: 'parked' });

    expect(stream.messages[1]).toMatchObject({
      subject: 'parked.tally.0.a',
      body: '',
      headers: { 'millrace-parked-body': 'left in the stream' },
    });
  });
});

describe('a dead event that parks nothing', () => {
  it('lets its key go on where that is the rule', async () => {
    const { process, recordOf } = newPipeline('skip');
    await process(at(1, -1));

    expect(await process(at(2, 2))).toMatchObject({ how: 'handled' });
    expect(await recordOf('a')).not.toHaveProperty('parked');
  });

  it('is asked for the rule of its route first', async () => {
    const { process, recordOf } = newPipeline('skip');
    const event = at(1, -1);
    const route = event.route && { ...event.route, onExhausted: 'park' as const };

    await process({ ...event, route });

    expect(await recordOf('a')).toHaveProperty('parked');
  });

  it('has no key that could be read', async () => {
    const { process, stream } = newPipeline();

    await process(decodeTally(messageOf({ subject: 'in.tally.0.count', body: '{' })));

    const [letter] = [...stream.stored.values()];
    expect(letter?.headers).not.toHaveProperty('millrace-dead-on-exhausted');
    expect(stream.commits).toHaveLength(0);
  });
});
