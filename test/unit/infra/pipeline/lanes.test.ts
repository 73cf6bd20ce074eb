import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sleep } from '../../../../src/infra/pipeline/clock.ts';
import { Lanes, type Turn } from '../../../../src/infra/pipeline/lanes.ts';
import { settled, TestClock } from '../../../support/test-clock.ts';

/** Lanes whose work ends when the test says so. */
const heldLanes = (limit: number) => {
  const clock = new TestClock();
  const started: string[] = [];
  const ends = new Map<string, (turn: Turn) => void>();
  const lanes = new Lanes<string>({
    limit,
    clock,
    work: (item) => {
      started.push(item);
      return new Promise((resolve) => ends.set(item, resolve));
    },
  });
  const end = async (item: string, turn: Turn = 'finished'): Promise<void> => {
    ends.get(item)?.(turn);
    await settled();
  };
  return { clock, lanes, started, end };
};

const isIdle = async (lanes: Lanes<string>): Promise<boolean> => {
  let idle = false;
  void lanes.idle().then(() => {
    idle = true;
  });
  await settled();
  return idle;
};

describe('lanes', () => {
  it('work on several keys at once', () => {
    const { lanes, started } = heldLanes(10);

    lanes.add('a', 'a1');
    lanes.add('b', 'b1');
    lanes.add('c', 'c1');

    expect(started).toEqual(['a1', 'b1', 'c1']);
  });

  it('work on the items of one key one after the other, in their order', async () => {
    const { lanes, started, end } = heldLanes(10);
    for (const item of ['a1', 'a2', 'a3']) lanes.add('a', item);
    expect(started).toEqual(['a1']);

    await end('a1');
    expect(started).toEqual(['a1', 'a2']);

    await end('a2');
    expect(started).toEqual(['a1', 'a2', 'a3']);
  });

  it('work on no more than the limit at a time', async () => {
    const { lanes, started, end } = heldLanes(2);
    for (const item of ['a1', 'b1', 'c1', 'd1']) lanes.add(item, item);
    expect(started).toEqual(['a1', 'b1']);

    await end('b1');
    expect(started).toEqual(['a1', 'b1', 'c1']);
  });

  it('let other keys go first when a busy key has many items', async () => {
    const { lanes, started, end } = heldLanes(1);
    for (const item of ['a1', 'a2', 'a3']) lanes.add('a', item);
    lanes.add('b', 'b1');

    await end('a1');

    expect(started).toEqual(['a1', 'b1']);
  });

  it('let an item that waits block its own key and nobody else', async () => {
    const { clock, lanes, started, end } = heldLanes(1);
    for (const item of ['a1', 'a2']) lanes.add('a', item);
    lanes.add('b', 'b1');

    await end('a1', { againAfterMs: 1000 });
    expect(started).toEqual(['a1', 'b1']);
    await end('b1');
    lanes.add('b', 'b2');
    await end('b2');
    await clock.advance(999);
    expect(started).toEqual(['a1', 'b1', 'b2']);

    await clock.advance(1);
    expect(started).toEqual(['a1', 'b1', 'b2', 'a1']);
    await end('a1');
    expect(started.at(-1)).toBe('a2');
  });

  it('give back what is not being worked on, in the order of its lane', async () => {
    const { clock, lanes, started, end } = heldLanes(2);
    for (const item of ['a1', 'a2', 'a3']) lanes.add('a', item);
    for (const item of ['b1', 'b2']) lanes.add('b', item);
    lanes.add('c', 'c1');
    await end('a1', { againAfterMs: 1000 });
    expect(started).toEqual(['a1', 'b1', 'c1']);

    expect(lanes.close()).toEqual(['a1', 'a2', 'a3', 'b2']);

    await end('b1');
    await end('c1');
    await clock.advance(5000);
    expect(started).toEqual(['a1', 'b1', 'c1']);
    expect(clock.pending).toBe(0);
  });

  it('give back what matches and is not being worked on, and go on with the rest', async () => {
    const { lanes, started, end } = heldLanes(1);
    for (const item of ['a1', 'a2x', 'a3']) lanes.add('a', item);
    for (const item of ['b1x', 'b2']) lanes.add('b', item);
    lanes.add('c', 'c1x');

    expect(lanes.withdraw((item) => item.endsWith('x'))).toEqual(['a2x', 'b1x', 'c1x']);

    expect(lanes.withdraw((item) => item === 'a1')).toEqual([]);
    for (const item of ['a1', 'b2', 'a3']) await end(item);
    expect(started).toEqual(['a1', 'b2', 'a3']);
    lanes.close();
    expect(await isIdle(lanes)).toBe(true);
  });

  it('do not make others wait for the next try of what was given back', async () => {
    const { clock, lanes, started, end } = heldLanes(10);
    for (const item of ['a1x', 'a2', 'a3x']) lanes.add('a', item);
    await end('a1x', { againAfterMs: 60_000 });
    expect(lanes.blocked).toBe(3);

    expect(lanes.withdraw((item) => item.endsWith('x'))).toEqual(['a1x', 'a3x']);

    expect(lanes.blocked).toBe(0);
    expect(started).toEqual(['a1x', 'a2']);
    await clock.advance(60_000);
    expect(started).toEqual(['a1x', 'a2']);
  });

  it('start no further try of what was running when they were closed', async () => {
    const { clock, lanes, started, end } = heldLanes(1);
    lanes.add('a', 'a1');

    expect(lanes.close()).toEqual([]);
    await end('a1', { againAfterMs: 10 });
    await clock.advance(1000);

    expect(started).toEqual(['a1']);
    expect(await isIdle(lanes)).toBe(true);
  });

  it('are idle once nothing is being worked on', async () => {
    const { lanes, end } = heldLanes(2);
    lanes.add('a', 'a1');
    lanes.add('b', 'b1');
    lanes.close();
    expect(await isIdle(lanes)).toBe(false);
    const whenIdle = lanes.idle();

    await end('a1');
    await end('b1');

    await whenIdle;
  });

  it('are idle at once when nothing was begun', async () => {
    expect(await isIdle(heldLanes(1).lanes)).toBe(true);
  });

  it('run the items of each key in order and never two at once, whatever the schedule', async () => {
    const item = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      addedAfterMs: fc.integer({ min: 0, max: 5 }),
      workMs: fc.integer({ min: 0, max: 7 }),
      pausesMs: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3 }),
    });

    await fc.assert(
      fc.asyncProperty(
        fc.array(item, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 5 }),
        async (schedule, limit) => {
          const clock = new TestClock();
          const left = new Map(schedule.map((it) => [it, [...it.pausesMs]]));
          const running = new Set<string>();
          const finished: typeof schedule = [];
          let most = 0;
          const lanes = new Lanes<(typeof schedule)[number]>({
            limit,
            clock,
            work: async (it) => {
              expect(running.has(it.key)).toBe(false);
              running.add(it.key);
              most = Math.max(most, running.size);
              await sleep(clock, it.workMs);
              running.delete(it.key);
              const pause = left.get(it)?.shift();
              if (pause !== undefined) return { againAfterMs: pause };
              finished.push(it);
              return 'finished';
            },
          });

          for (const it of schedule) {
            if (it.addedAfterMs > 0) await clock.advance(it.addedAfterMs);
            lanes.add(it.key, it);
          }
          await clock.advance(5000);

          expect(most).toBeLessThanOrEqual(limit);
          expect(finished).toHaveLength(schedule.length);
          for (const key of 'abcd') {
            const ofKey = (it: (typeof schedule)[number]) => it.key === key;
            expect(finished.filter(ofKey)).toEqual(schedule.filter(ofKey));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lose and double nothing when they are closed at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 40 }),
        async (keys, closedAfterMs) => {
          const clock = new TestClock();
          const begun = new Map<number, number>();
          const finished: number[] = [];
          const lanes = new Lanes<number>({
            limit: 2,
            clock,
            work: async (n) => {
              begun.set(n, (begun.get(n) ?? 0) + 1);
              await sleep(clock, 5);
              if (n % 3 === 0 && begun.get(n) === 1) return { againAfterMs: 4 };
              finished.push(n);
              return 'finished';
            },
          });
          for (const [n, key] of keys.entries()) lanes.add(key, n);
          await clock.advance(closedAfterMs);

          const back = lanes.close();
          const runningThen = [...begun.keys()].filter(
            (n) => !finished.includes(n) && !back.includes(n),
          );
          await clock.advance(5000);

          const done = finished.filter((n) => !runningThen.includes(n));
          expect([...back, ...done, ...runningThen].sort((a, b) => a - b)).toEqual(
            keys.map((_, n) => n),
          );
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
