import { describe, expect, it } from 'vitest';
import { dispatch } from '../../../../src/infra/pipeline/dispatch.ts';
import { HandlerTimeout } from '../../../../src/infra/pipeline/errors.ts';
import type {
  AnyRoute,
  ClassOf,
  EventHandler,
  HandlingContext,
} from '../../../../src/infra/pipeline/handler.ts';
import { timeLimit } from '../../../../src/infra/pipeline/time-limit.ts';
import { countEvent, decodeTally, messageOf, TallyCount } from '../../../support/tally.ts';
import { TestClock } from '../../../support/test-clock.ts';

const newDispatch = (handle: EventHandler['handle'], route: Partial<AnyRoute> = {}) => {
  const clock = new TestClock();
  let built = 0;
  class Handler implements EventHandler {
    readonly handle = handle;
  }
  const routes = [{ contract: TallyCount, handler: Handler, ...route }];
  const decide = dispatch({
    routes,
    resolve: <T>(handler: ClassOf<T>) => {
      built++;
      return new handler();
    },
    within: timeLimit(clock),
    timeLimitMs: 1000,
  });
  const event = { ...countEvent('a', 7), route: routes[0] };
  return { clock, decide, event, built: () => built };
};

const timeOf = async (decided: Promise<unknown>, clock: TestClock): Promise<number> => {
  let failedAt = -1;
  const start = clock.now();
  void decided.catch((error: unknown) => {
    if (error instanceof HandlerTimeout) failedAt = clock.now() - start;
  });
  await clock.advance(60_000);
  return failedAt;
};

describe('dispatching', () => {
  it('hands the handler its data, the state and what is known of the event', async () => {
    const given: { data?: unknown; context?: HandlingContext } = {};
    const { decide, event } = newDispatch((data, context) => {
      given.data = data;
      given.context = context;
      return { state: 1 };
    });

    expect(await decide({ ...event, attempt: 4 }, { total: 3 })).toEqual({ state: 1 });

    expect(given.data).toEqual({ key: 'a', n: 7 });
    expect(given.context).toMatchObject({
      state: { total: 3 },
      event: { id: 'a-7', type: 'tally.count' },
      storedAt: Date.UTC(2026, 0, 1),
      attempt: 4,
    });
    expect(given.context?.signal.aborted).toBe(false);
  });

  it('builds each handler once', async () => {
    const { decide, event, built } = newDispatch(() => ({}));

    await decide(event, undefined);
    await decide(event, undefined);

    expect(built()).toBe(1);
  });

  it('rejects with what a handler throws, at once or later', async () => {
    const boom = new RangeError('boom');
    const sync = newDispatch(() => {
      throw boom;
    });
    const later = newDispatch(async () => Promise.reject(boom));

    await expect(sync.decide(sync.event, undefined)).rejects.toBe(boom);
    await expect(later.decide(later.event, undefined)).rejects.toBe(boom);
    expect(sync.clock.pending + later.clock.pending).toBe(0);
  });

  it('limits the time of a handler, to its own limit where it has one', async () => {
    const endless = () => new Promise<never>(() => {});
    const usual = newDispatch(endless);
    const own = newDispatch(endless, { timeLimitMs: 50 });

    expect(await timeOf(usual.decide(usual.event, undefined), usual.clock)).toBe(1000);
    expect(await timeOf(own.decide(own.event, undefined), own.clock)).toBe(50);
  });

  it('knows no handler for a type that is not in the table', () => {
    const { decide } = newDispatch(() => ({}));
    const event = decodeTally(messageOf({ subject: 'fact.ledger.0.closed', stream: 'LEDGER' }));

    expect(() => decide(event, undefined)).toThrow(/ledger\.closed/);
  });
});
