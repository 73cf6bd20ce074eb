import { describe, expect, it } from 'vitest';
import type { Seat } from '../../../../src/infra/pipeline/process.ts';
import { newCore, stale } from '../../../support/decision-core.ts';
import { done, newConsumption } from '../../../support/held-consumption.ts';
import { countEvent, countMessage } from '../../../support/tally.ts';
import { settled } from '../../../support/test-clock.ts';

/** Notes who comes and goes. */
class NotedSeat implements Seat {
  readonly notes: string[] = [];

  leave(): void {
    this.notes.push('left');
  }

  comeBack(): void {
    this.notes.push('came back');
  }
}

describe('a seat among the events that are handled at a time', () => {
  it('is free for another key while a decision waits for its commit', async () => {
    const { source, running } = newConsumption({ concurrency: 1 });
    source.deliver(countMessage('a'));
    source.deliver(countMessage('b'));
    source.deliver(countMessage('c'));
    expect(running).toHaveLength(1);

    running[0]?.event.seat?.leave();

    expect(running.map(({ event }) => event.key)).toEqual(['a', 'b']);
  });

  it('is not given to two: the next key waits until whoever came back is done, too', async () => {
    const { source, running } = newConsumption({ concurrency: 1 });
    for (const key of ['a', 'b', 'c']) source.deliver(countMessage(key));
    running[0]?.event.seat?.leave();
    running[0]?.event.seat?.comeBack();

    await running[1]?.end(done);
    expect(running).toHaveLength(2);
    await running[0]?.end(done);
    expect(running.map(({ event }) => event.key)).toEqual(['a', 'b', 'c']);
  });

  it('starts no second event of the same key', async () => {
    const { source, running } = newConsumption({ concurrency: 1 });
    source.deliver(countMessage('a', 1));
    source.deliver(countMessage('a', 2));

    running[0]?.event.seat?.leave();

    expect(running).toHaveLength(1);
  });

  it('starts nothing any more when the consumption stops', async () => {
    const { source, running, stop } = newConsumption({ concurrency: 1 });
    source.deliver(countMessage('a'));
    source.deliver(countMessage('b'));
    stop();

    running[0]?.event.seat?.leave();
    await settled();

    expect(running).toHaveLength(1);
  });

  it('is left for the time of the commit, not of the handler', async () => {
    const seat = new NotedSeat();
    const { stream, process } = newCore(async () => {
      seat.notes.push('handled');
      return { state: { total: 1 }, events: [] };
    });
    stream.troubles.push(() => {
      seat.notes.push('committed');
      return stale;
    });

    await process({ ...countEvent('a', 5), seat });

    const one = ['handled', 'committed', 'left', 'came back'];
    expect(seat.notes).toEqual([...one, 'handled', 'left', 'came back']);
  });

  it('is taken again when the commit fails', async () => {
    const seat = new NotedSeat();
    const { stream, process } = newCore();
    stream.troubles.push(() => {
      throw new Error('refused');
    });

    await expect(process({ ...countEvent('a', 5), seat })).rejects.toThrow('refused');

    expect(seat.notes).toEqual(['left', 'came back']);
  });
});
