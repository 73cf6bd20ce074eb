import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Moment } from '../../../../src/infra/nats/moment.ts';
import { type Marked, Watermark } from '../../../../src/infra/nats/watermark.ts';

interface Ack {
  readonly sequence: number;
  readonly consumerSequence: number;
}

const entryOf = (sequence: number, consumerSequence?: number): Marked => ({
  message: { sequence },
  consumerSequence,
});

/** A watermark above a floor, and what it says to the broker. */
const open = (floor = 0) => {
  const acks: Ack[] = [];
  const erased: number[] = [];
  const passed: number[] = [];
  const failing = new Set<number>();
  const watermark = new Watermark(
    { consumer_seq: floor, stream_seq: floor },
    {
      acknowledge: (sequence, consumerSequence) => acks.push({ sequence, consumerSequence }),
      erase: async (sequence) => {
        if (failing.delete(sequence)) throw new Error('not now');
        erased.push(sequence);
      },
      onPassed: ({ message }) => passed.push(message.sequence),
      onTrouble: () => {},
      moment: new Moment(20),
    },
  );
  const add = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => {
      const entry = entryOf(from + at, from + at);
      watermark.add(entry);
      return entry;
    });
  return { watermark, acks, erased, passed, failing, add };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a watermark', () => {
  it('never acknowledges past what is not settled, in whatever order things are settled', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 300 }),
        fc.infiniteStream(fc.nat()),
        fc.array(fc.boolean(), { minLength: 1 }),
        (sequences, choices, flushes) => {
          const { watermark, acks } = open();
          const entries = sequences.sort((a, b) => a - b).map((sequence) => entryOf(sequence));
          const unsettled = new Map(entries.map((entry) => [entry.message.sequence, entry]));
          for (const entry of entries) watermark.add(entry);
          for (let step = 0; unsettled.size > 0; step++) {
            const left = [...unsettled.values()];
            const [choice = 0] = choices;
            const entry = left[choice % left.length];
            if (!entry) continue;
            unsettled.delete(entry.message.sequence);
            watermark.settle(entry, 'done');
            if (flushes[step % flushes.length]) watermark.flush();
            const lowest = Math.min(...unsettled.keys());
            for (const { sequence } of acks) expect(sequence).toBeLessThan(lowest);
          }
          watermark.flush();
          expect(acks.at(-1)?.sequence).toBe(sequences.at(-1));
          // The broker ignores an acknowledgement whose consumer sequence is not above the last one.
          expect(
            acks.every((ack, at) => ack.consumerSequence > (acks[at - 1]?.consumerSequence ?? 0)),
          ).toBe(true);
        },
      ),
    );
  });

  it('says it within a moment, and at once when much is settled', async () => {
    const { watermark, acks, add } = open();
    const entries = add(1, 100);

    for (const entry of entries.slice(0, 3)) watermark.settle(entry, 'done');
    expect(acks).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(acks).toEqual([{ sequence: 3, consumerSequence: 3 }]);

    for (const entry of entries.slice(3, 70)) watermark.settle(entry, 'done');
    expect(acks.at(-1)).toEqual({ sequence: 67, consumerSequence: 67 });
  });

  it('counts on from the floor for what was first delivered to somebody else', () => {
    const { watermark, acks } = open(5);
    const [six, seven, eight] = [entryOf(6), entryOf(7), entryOf(8, 40)];
    for (const entry of [six, seven, eight]) watermark.add(entry);

    for (const entry of [six, seven, eight]) {
      watermark.settle(entry, 'done');
      watermark.flush();
    }

    expect(acks.map(({ consumerSequence }) => consumerSequence)).toEqual([6, 7, 40]);
  });

  it('refuses a message that does not come next', () => {
    const { watermark, add } = open(5);
    add(6, 8);

    expect(watermark.add(entryOf(8))).toBe(false);
    expect(watermark.add(entryOf(5))).toBe(false);
    expect(watermark.add(entryOf(11))).toBe(true);
  });

  it('erases only when all before it is settled, and acknowledges nothing behind it before', async () => {
    const { watermark, acks, erased, add } = open();
    const [one, two, three] = add(1, 3);
    if (!one || !two || !three) throw new Error('three were added');

    watermark.settle(two, 'erase');
    watermark.settle(three, 'done');
    await vi.advanceTimersByTimeAsync(100);
    expect([erased, acks]).toEqual([[], []]);

    watermark.settle(one, 'done');
    await vi.advanceTimersByTimeAsync(100);
    expect(erased).toEqual([2]);
    expect(acks.at(-1)).toEqual({ sequence: 3, consumerSequence: 3 });
  });

  it('tries again to erase what could not be erased', async () => {
    const { watermark, acks, erased, failing, add } = open();
    const [one] = add(1, 1);
    if (!one) throw new Error('one was added');
    failing.add(1);

    watermark.settle(one, 'erase');
    await vi.advanceTimersByTimeAsync(500);
    expect([erased, acks]).toEqual([[], []]);

    await vi.advanceTimersByTimeAsync(1_000);
    expect([erased, acks.length]).toEqual([[1], 1]);
  });

  it('repeats itself, above what the broker counts, when the broker has not heard it', () => {
    const { watermark, acks, add } = open();
    for (const entry of add(1, 3)) watermark.settle(entry, 'done');
    watermark.flush();

    watermark.repeat({ stream_seq: 3, consumer_seq: 9 });
    expect(acks).toHaveLength(1);
    watermark.repeat({ stream_seq: 1, consumer_seq: 9 });
    expect(acks.at(-1)).toEqual({ sequence: 3, consumerSequence: 10 });
  });

  it('keeps to itself what it would say while it is paused, and says the last of it again then', () => {
    const { watermark, acks, add } = open();
    const entries = add(1, 3);
    if (entries[0]) watermark.settle(entries[0], 'done');
    watermark.flush();

    watermark.pause();
    for (const entry of entries.slice(1)) watermark.settle(entry, 'done');
    watermark.flush();
    expect(acks.map(({ sequence }) => sequence)).toEqual([1]);
    watermark.resume();
    watermark.pause();
    watermark.resume();

    expect(acks.map(({ sequence }) => sequence)).toEqual([1, 3, 3]);
  });

  it('says nothing when it is over', async () => {
    const { watermark, acks, passed, add } = open();
    const [one] = add(1, 1);
    if (!one) throw new Error('one was added');

    watermark.end();
    watermark.settle(one, 'done');
    watermark.flush();
    await vi.advanceTimersByTimeAsync(100);

    expect([acks, passed]).toEqual([[], [1]]);
  });
});
