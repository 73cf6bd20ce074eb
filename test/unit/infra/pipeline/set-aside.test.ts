import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../../src/contracts/streams.ts';
import { markOf } from '../../../../src/infra/pipeline/causes.ts';
import {
  BusRefused,
  BusUnavailable,
  PermanentError,
} from '../../../../src/infra/pipeline/errors.ts';
import type { OnExhausted } from '../../../../src/infra/pipeline/handler.ts';
import { setAside } from '../../../../src/infra/pipeline/middleware/set-aside.ts';
import type { CommitResult } from '../../../../src/infra/pipeline/ports.ts';
import type { IncomingEvent, Outcome } from '../../../../src/infra/pipeline/process.ts';
import { StateCache } from '../../../../src/infra/pipeline/state-cache.ts';
import { FakeStream, throwing } from '../../../support/fake-stream.ts';
import {
  closedEvent,
  countEvent,
  countMessage,
  decodeTally,
  messageOf,
  tallyState,
  tallyStream,
} from '../../../support/tally.ts';
import { TestClock } from '../../../support/test-clock.ts';

const dead: Outcome = { kind: 'dead', reason: 'permanent', error: new PermanentError('no') };
const tooLarge = throwing(new BusRefused('too large', true));

const newSetAside = (outcome: Outcome = dead, onExhausted: OnExhausted = 'skip') => {
  const stream = new FakeStream(tallyStream);
  const definition = tallyState;
  const clock = new TestClock();
  const options = { reader: stream, stream: tallyStream, definition, clock };
  const states = new StateCache<unknown>(options);
  const bury = setAside({
    stream: tallyStream,
    commits: stream,
    states,
    clock,
    by: { worker: 'host.1', version: '1.2.3' },
    onExhausted,
  });
  const process = async (event: IncomingEvent) => bury(event, outcome, 0);
  const recordOf = async (key: string) => {
    const found = await stream.read(placeOf(tallyStream, key));
    return found && JSON.parse(found.record);
  };
  return { stream, process, recordOf };
};

describe('setting aside', () => {
  it('writes the letter although the state of the key cannot be read, and leaves that as it is', async () => {
    const { stream, process } = newSetAside();
    const state = { place: placeOf(tallyStream, 'a'), revision: 0, record: 'jane@secret' };
    stream.write({ state, messages: [] });

    expect(await process(countEvent('a', 5))).toEqual(dead);

    expect(stream.stored.size).toBe(1);
    expect((await stream.read(state.place))?.record).toBe('jane@secret');
  });

  it('leaves alone what is not dead', async () => {
    const outcomes: Outcome[] = [
      { kind: 'done', how: 'handled', facts: 1 },
      { kind: 'retry', afterMs: 5, counts: true, error: new Error('x') },
    ];
    for (const outcome of outcomes) {
      const { stream, process } = newSetAside(outcome);
      expect(await process(countEvent('a'))).toBe(outcome);
      expect(stream.commits).toHaveLength(0);
    }
  });

  it('writes the dead letter and moves the key on in one commit', async () => {
    const { stream, process, recordOf } = newSetAside();

    expect(await process({ ...countEvent('a', 7), attempt: 3 })).toBe(dead);

    expect(stream.commits).toHaveLength(1);
    const [letter] = stream.messages;
    expect(letter?.subject).toBe('dead.tally.0.count');
    expect(letter?.headers).toMatchObject({
      'millrace-dead-id': 'a-7',
      'millrace-dead-reason': 'permanent',
      'millrace-dead-error': 'PermanentError: no',
      'millrace-dead-attempts': '3',
    });
    expect(Buffer.from(letter?.body ?? '').toString()).toBe('{"key":"a","n":7}');
    expect(await recordOf('a')).toMatchObject({ state: { total: 0 }, causes: markOf('a-7') });
  });

  it('sets an event aside once, however often it comes', async () => {
    const { stream, process } = newSetAside();
    await process(countEvent('a'));

    expect(await process(countEvent('a'))).toEqual({ kind: 'done', how: 'duplicate', facts: 0 });
    expect(stream.messages).toHaveLength(1);
  });

  it('sets nothing aside that was handled elsewhere in the meantime', async () => {
    const { stream, process } = newSetAside();
    const event = countEvent('a');
    stream.troubles.push((commitment) => {
      // Another replica has had success with it.
      stream.write({ ...commitment, messages: [] });
      return undefined;
    });

    expect(await process(event)).toMatchObject({ kind: 'done', how: 'duplicate' });
    expect(stream.messages).toHaveLength(0);
  });

  it('is written again when the key has moved on', async () => {
    const { stream, process } = newSetAside();
    const stale: CommitResult = { kind: 'stale' };
    stream.troubles.push(() => stale);

    expect(await process(countEvent('a'))).toBe(dead);
    expect(stream.messages).toHaveLength(1);
  });

  it('stores what has no readable key once, under an id that follows from its place', async () => {
    const { stream, process } = newSetAside();
    const event = decodeTally(messageOf({ subject: 'in.tally.2.count', sequence: 7, body: '{' }));

    expect(await process(event)).toBe(dead);
    expect(await process(event)).toBe(dead);

    expect([...stream.stored.keys()]).toEqual([`dead.TALLY.7.${event.message.storedAt}`]);
    expect([...stream.stored.values()][0]?.subject).toBe('dead.tally.2.count');
    expect(stream.commits).toHaveLength(0);
  });

  it('stores a fact of others without moving any state', async () => {
    const { stream, process } = newSetAside();

    expect(await process(closedEvent('a'))).toBe(dead);

    expect(stream.stored.size).toBe(1);
    expect(stream.commits).toHaveLength(0);
  });

  it('leaves the body in the stream when the dead letter is too large with it', async () => {
    const { stream, process } = newSetAside();
    stream.troubles.push(tooLarge);

    expect(await process(countEvent('a'))).toBe(dead);

    const [letter] = stream.messages;
    expect(letter?.body).toBe('');
    expect(letter?.headers).toMatchObject({
      'ce-id': 'a-1',
      'millrace-dead-body': 'left in the stream',
    });
  });

  it('leaves the headers there as well when they alone are too large', async () => {
    const { stream, process } = newSetAside();
    const headers = { 'x-huge': 'x'.repeat(5000) };
    stream.troubles.push(tooLarge, tooLarge);

    expect(await process(countEvent('a', 1, { headers }))).toBe(dead);

    const [letter] = stream.messages;
    expect(letter?.body).toBe('');
    expect(letter?.headers['x-huge']).toBeUndefined();
    expect(letter?.headers).toMatchObject({
      'millrace-dead-id': 'a-1',
      'millrace-dead-sequence': '2',
      'millrace-dead-body': 'left in the stream',
      'millrace-dead-headers': 'left in the stream',
    });
  });

  it('keeps the body when the stream is only full at the moment', async () => {
    const { stream, process } = newSetAside();
    stream.troubles.push(throwing(new BusRefused('full', false)));

    expect(await process(countEvent('a'))).toMatchObject({ kind: 'retry', counts: false });
    expect(await process(countEvent('a'))).toBe(dead);

    expect(Buffer.from(stream.messages[0]?.body ?? '').toString()).toBe('{"key":"a","n":1}');
  });

  it('tries the event again, using up no attempt, while nothing can be written', async () => {
    const { stream, process } = newSetAside();
    const away = new BusUnavailable('away');
    stream.troubles.push(throwing(away));

    const outcome = await process(countEvent('a'));

    expect(outcome).toMatchObject({ kind: 'retry', counts: false, error: away });
    expect(outcome.kind === 'retry' && outcome.afterMs).toBeGreaterThanOrEqual(500);
    expect(stream.messages).toHaveLength(0);
  });

  it('tries the event again when not even its dead letter can be made', async () => {
    const { process } = newSetAside();
    const broken = new TypeError('headers');
    const message = {
      ...countMessage('a'),
      allHeaders: () => {
        throw broken;
      },
    };

    expect(await process(decodeTally(message))).toMatchObject({ kind: 'retry', error: broken });
  });
});
