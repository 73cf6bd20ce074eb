import { describe, expect, it } from 'vitest';
import { MemorySuspects } from '../../../../src/infra/memory/memory-suspects.ts';
import { BusRefused, BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';
import { guardSuspects } from '../../../../src/infra/pipeline/middleware/guard-suspects.ts';
import type { IncomingEvent, Outcome } from '../../../../src/infra/pipeline/process.ts';
import { countEvent } from '../../../support/tally.ts';

const done: Outcome = { kind: 'done', how: 'handled', facts: 0 };
const suspect: IncomingEvent = { ...countEvent('a'), deliveries: 3 };

/** A process that ends in the middle of an event: nothing after that happens. */
const newProcess = (marks = new MemorySuspects(), isContained = false) => {
  const seen: IncomingEvent[] = [];
  const guard = guardSuspects({ marks, isContained: async () => isContained });
  const handle = guard(async (event) => {
    seen.push(event);
    return done;
  });
  const crash = (event: IncomingEvent) =>
    new Promise<void>((ended) => {
      void guard(() => {
        ended();
        return new Promise<Outcome>(() => {});
      })(event);
    });
  return { marks, seen, handle, crash };
};

describe('an event that was delivered again and again', () => {
  it('is not run any more after two processes ended with it alone', async () => {
    const { marks } = newProcess();
    // Of the first one others may have been the cause.
    for (let ends = 0; ends < 3; ends++) await newProcess(marks).crash(suspect);

    const { handle, seen } = newProcess(marks);
    await handle(suspect);

    expect(seen[0]?.crashes).toBe(3);
    expect(await marks.count(suspect.message)).toBe(0);
  });

  it('is handled beside others until a process ended with it, and alone from then on', async () => {
    const { marks } = newProcess();
    const order: string[] = [];
    const newHandle = () =>
      guardSuspects({ marks, isContained: async () => false })(async ({ key }) => {
        order.push(`${key} begins`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`${key} ends`);
        return done;
      });
    const together = (handle: ReturnType<typeof newHandle>) =>
      Promise.all([handle(suspect), handle(countEvent('b')), handle(countEvent('c'))]);

    await together(newHandle());
    expect(order.slice(0, 3).sort()).toEqual(['a begins', 'b begins', 'c begins']);

    await newProcess(marks).crash(suspect);
    order.length = 0;
    await together(newHandle());
    expect(order[order.indexOf('a begins') + 1]).toBe('a ends');
    const beside = order.slice(0, order.indexOf('a begins'));
    expect(beside.filter((step) => step.endsWith('begins'))).toHaveLength(
      beside.filter((step) => step.endsWith('ends')).length,
    );
  });

  it('is run as always after one, and clears the mark when it outlives it', async () => {
    const { marks } = newProcess();
    await newProcess(marks).crash(suspect);

    const { handle, seen } = newProcess(marks);
    await handle(suspect);

    expect(seen[0]?.crashes).toBeUndefined();
    expect(await marks.count(suspect.message)).toBe(0);
  });

  it('is marked only while it is handled, and not at all when nothing of it will run', async () => {
    const { marks, handle } = newProcess();
    await handle(suspect);
    expect(await marks.count(suspect.message)).toBe(0);

    await newProcess(marks, true).crash(suspect);
    expect(await marks.count(suspect.message)).toBe(0);
  });

  it('is not blamed for a mark that could not be cleared', async () => {
    class Forgetful extends MemorySuspects {
      override clear(): Promise<void> {
        return Promise.reject(new BusUnavailable('away'));
      }
    }
    const { handle, seen } = newProcess(new Forgetful());

    for (let tries = 0; tries < 5; tries++) await handle(suspect);

    expect(seen.map(({ crashes }) => crashes)).toEqual(Array(5).fill(undefined));
  });
});

describe('a suspect', () => {
  const refusing = (error: Error) => {
    class Refusing extends MemorySuspects {
      override mark(): Promise<void> {
        return Promise.reject(error);
      }
    }
    return newProcess(new Refusing());
  };

  it('is handled all the same where marks are refused', async () => {
    const { handle, seen } = refusing(new BusRefused('no permission', false));

    expect(await handle(suspect)).toBe(done);
    expect(seen).toHaveLength(1);
  });

  it('waits for a broker that is away', async () => {
    const { handle, seen } = refusing(new BusUnavailable('away'));

    await expect(handle(suspect)).rejects.toThrow(BusUnavailable);
    expect(seen).toEqual([]);
  });
});

describe('an event that was delivered once or twice', () => {
  it('is never marked, although its process ends', async () => {
    const { marks, crash } = newProcess();
    await crash({ ...suspect, deliveries: 2 });

    expect(await marks.count(suspect.message)).toBe(0);
  });
});
