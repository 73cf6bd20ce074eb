import { describe, expect, it } from 'vitest';
import { InvalidEvent } from '../../../../src/contracts/invalid-event.ts';
import { afterTry } from '../../../../src/infra/pipeline/after-try.ts';
import {
  BusRefused,
  BusUnavailable,
  HandlerTimeout,
  InvalidDecision,
  PermanentError,
  RetryLater,
} from '../../../../src/infra/pipeline/errors.ts';
import { settleFailures } from '../../../../src/infra/pipeline/middleware/settle-failures.ts';
import type { Outcome, Process } from '../../../../src/infra/pipeline/process.ts';
import { countEvent, tallyRoutes } from '../../../support/tally.ts';

const policy = { maxAttempts: 3, delayMs: (attempt: number) => attempt * 10 };
const event = countEvent('a');

const settling = (next: Process) => afterTry(settleFailures(policy), [])(next);

const failingWith =
  (error: unknown): Process =>
  async () => {
    throw error;
  };

const outcomeOf = (error: unknown, attempt = 1): Promise<Outcome> =>
  settling(failingWith(error))({ ...event, attempt });

describe('settling failures', () => {
  it('leaves alone what did not fail', async () => {
    const done: Outcome = { kind: 'done', how: 'handled', facts: 2 };

    expect(await settling(async () => done)(event)).toBe(done);
  });

  it('tries again what failed for an unknown reason, and counts the attempt', async () => {
    const error = new Error('who knows');

    expect(await outcomeOf(error, 1)).toEqual({ kind: 'retry', afterMs: 10, counts: true, error });
    expect(await outcomeOf(error, 2)).toEqual({ kind: 'retry', afterMs: 20, counts: true, error });
  });

  it('gives up when the attempts are used up', async () => {
    const error = new Error('still');

    expect(await outcomeOf(error, 3)).toEqual({ kind: 'dead', reason: 'exhausted', error });
    expect(await outcomeOf(error, 17)).toEqual({ kind: 'dead', reason: 'exhausted', error });
  });

  it('settles what is thrown and is no error', async () => {
    const outcome = { kind: 'retry', afterMs: 10, counts: true };
    for (const thrown of ['text', undefined, null, 0]) {
      expect(await outcomeOf(thrown)).toEqual({ ...outcome, error: thrown });
    }
  });

  it('counts a handler that took too long as a failure', async () => {
    const error = new HandlerTimeout(50);

    expect(await outcomeOf(error)).toEqual({ kind: 'retry', afterMs: 10, counts: true, error });
  });

  it('never tries again what cannot succeed', async () => {
    for (const error of [new PermanentError('no'), new InvalidDecision('no')]) {
      expect(await outcomeOf(error)).toEqual({ kind: 'dead', reason: 'permanent', error });
    }
  });

  it('gives the reason of an event that breaks its contract', async () => {
    for (const reason of ['undecodable', 'unknown-type', 'invalid-data', 'wrong-key'] as const) {
      const error = new InvalidEvent(reason, 'no');
      expect(await outcomeOf(error)).toEqual({ kind: 'dead', reason, error });
    }
  });

  it('waits as long as a handler asked for, and uses up no attempt', async () => {
    const error = new RetryLater(1234, 'not yet');

    expect(await outcomeOf(error, 3)).toEqual({
      kind: 'retry',
      afterMs: 1234,
      counts: false,
      error,
    });
  });

  it('uses up no attempt while the bus is in trouble', async () => {
    for (const error of [new BusUnavailable('away'), new BusRefused('full', false)]) {
      expect(await outcomeOf(error, 99)).toMatchObject({ kind: 'retry', counts: false, error });
    }
  });

  it('lets the pauses of an event grow while the bus is in trouble, up to five seconds', async () => {
    const settle = settling(failingWith(new BusUnavailable('away')));
    const pauses: number[] = [];

    for (let times = 0; times < 12; times++) {
      const outcome = await settle(event);
      if (outcome.kind === 'retry') pauses.push(outcome.afterMs);
    }

    for (const [index, pause] of pauses.entries()) {
      const ceiling = Math.min(5000, 100 * 2 ** index);
      expect(pause).toBeGreaterThanOrEqual(ceiling / 2);
      expect(pause).toBeLessThanOrEqual(ceiling);
    }
    expect(pauses).toHaveLength(12);
  });

  it('counts the bus trouble of each event for itself', async () => {
    const settle = settling(failingWith(new BusUnavailable('away')));
    for (let times = 0; times < 8; times++) await settle(event);

    const outcome = await settle(countEvent('b'));

    expect(outcome.kind === 'retry' && outcome.afterMs).toBeLessThanOrEqual(100);
  });

  it('never tries again what the bus can never accept', async () => {
    const error = new BusRefused('too large', true);

    expect(await outcomeOf(error)).toEqual({ kind: 'dead', reason: 'permanent', error });
  });

  it('follows the policy of the route where it has one', async () => {
    const route = { ...tallyRoutes[0]!, retry: { maxAttempts: 1, delayMs: () => 0 } };
    const settle = settling(failingWith(new Error('once is enough')));

    expect(await settle({ ...event, route })).toMatchObject({ kind: 'dead', reason: 'exhausted' });
  });
});
