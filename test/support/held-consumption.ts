import { Consumption, type Stopped } from '../../src/infra/pipeline/consume.ts';
import type { IncomingEvent, Outcome } from '../../src/infra/pipeline/process.ts';
import { FakeSource } from './fake-source.ts';
import { decodeTally } from './tally.ts';
import { settled, TestClock } from './test-clock.ts';

export const done: Outcome = { kind: 'done', how: 'handled', facts: 0 };
export const dead: Outcome = { kind: 'dead', reason: 'invalid-data', error: new Error('no') };
export const retry = (afterMs: number, counts: boolean): Outcome => ({
  kind: 'retry',
  afterMs,
  counts,
  error: new Error('not yet'),
});

export interface Running {
  readonly event: IncomingEvent;
  readonly end: (outcome: Outcome) => Promise<void>;
}

/** A consumption whose processing ends when the test says so. */
export const newConsumption = ({ concurrency = 10, prefetch = 20, ackWaitMs = 3000 } = {}) => {
  const source = new FakeSource();
  const clock = new TestClock();
  const running: Running[] = [];
  const seen: number[] = [];
  const consumption = new Consumption({
    source,
    decode: decodeTally,
    clock,
    concurrency,
    prefetch,
    ackWaitMs,
    onDelivery: ({ attempt }) => seen.push(attempt),
    process: (event) =>
      new Promise((resolve) => {
        const end = (outcome: Outcome) => {
          resolve(outcome);
          return settled();
        };
        running.push({ event, end });
      }),
  });
  consumption.start();
  const stop = (graceMs = 1000) => {
    let stopped: Stopped | undefined;
    void consumption.stop(graceMs).then((value) => {
      stopped = value;
    });
    return () => stopped;
  };
  return { source, clock, running, seen, consumption, stop };
};
