import { describe, expect, it } from 'vitest';
import { done, newConsumption, retry } from '../../../support/held-consumption.ts';
import { countMessage } from '../../../support/tally.ts';
import { settled } from '../../../support/test-clock.ts';

/** A consumption with two events of one key of partition 1 and one event of partition 2. */
const consuming = () => {
  const held = newConsumption();
  const { source } = held;
  const started = source.deliver(countMessage('a', 1), { partition: 1 });
  const waiting = source.deliver(countMessage('a', 2), { partition: 1 });
  const other = source.deliver(countMessage('b', 3), { partition: 2 });
  return { ...held, started, waiting, other };
};

describe('a partition that is released', () => {
  it('has what had not started handed back, and is let go when what had is settled', async () => {
    const { source, running, started, waiting, other } = consuming();
    let isReleased = false;
    void source.release(1, 'hand-back').then(() => {
      isReleased = true;
    });
    await settled();

    expect(waiting.settlements).toEqual(['hand-back']);
    expect(isReleased).toBe(false);
    await running[0]?.end(done);

    expect(started.settlements).toEqual(['done']);
    expect(isReleased).toBe(true);
    expect(other.settlements).toEqual([]);
    await running[1]?.end(done);
    expect(other.settlements).toEqual(['done']);
  });

  it('is not spoken of any more when somebody else owns it already, but for what is done', async () => {
    const { source, running, consumption, started, waiting } = consuming();

    await Promise.race([source.release(1, 'forget'), settled()]);

    expect(waiting.settlements).toEqual([]);
    expect(consumption.inFlight).toBe(2);
    await running[0]?.end(done);
    expect(started.settlements).toEqual(['done']);
    expect(waiting.settlements).toEqual([]);
  });

  it.each([
    ['hand-back', ['hand-back']],
    ['forget', []],
  ] as const)('has no further try here of what fails (%s)', async (how, settlements) => {
    const { source, running, clock, started } = consuming();
    const released = source.release(1, how);

    await running[0]?.end(retry(100, true));
    await released;
    await clock.advance(1000);

    expect(started.settlements).toEqual(settlements);
    expect(running).toHaveLength(2);
  });

  it('gives up an event that waits for its next try', async () => {
    const { source, running, clock, started, waiting } = consuming();
    await running[0]?.end(retry(60_000, true));

    await source.release(1, 'hand-back');

    expect([started, waiting].map(({ settlements }) => settlements)).toEqual([
      ['hand-back'],
      ['hand-back'],
    ]);
    await clock.advance(60_000);
    expect(running).toHaveLength(2);
  });
});

describe('a delivery that was read from the stream', () => {
  it('is handled like any other, because the state knows whether it has been', async () => {
    const { source, running } = newConsumption();
    const read = source.deliver(countMessage('a', 1), { partition: 1, isRead: true });

    await running[0]?.end(done);

    expect(read.settlements).toEqual(['done']);
  });

  it('is left alone when no state can tell whether it has been handled', () => {
    const { source, running } = newConsumption();
    const message = { ...countMessage('a', 1), body: Buffer.from('no JSON') };

    const read = source.deliver(message, { partition: 1, isRead: true });

    expect(read.settlements).toEqual(['leave']);
    expect(running).toEqual([]);
  });
});
