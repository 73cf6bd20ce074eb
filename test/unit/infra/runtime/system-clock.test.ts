import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../src/infra/runtime/system-clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('runs something once, when its time has come', () => {
  const run = vi.fn();
  systemClock.after(1000, run);

  vi.advanceTimersByTime(999);
  expect(run).toHaveBeenCalledTimes(0);
  vi.advanceTimersByTime(5000);

  expect(run).toHaveBeenCalledTimes(1);
});

it('runs nothing that was taken back', () => {
  const run = vi.fn();

  systemClock.after(1000, run)();
  vi.advanceTimersByTime(5000);

  expect(run).toHaveBeenCalledTimes(0);
});

it('does not take a very long time for none', () => {
  vi.useRealTimers();
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const month = 31 * 24 * 3600 * 1000;

  for (const ms of [month, Number.POSITIVE_INFINITY]) systemClock.after(ms, () => {})();

  expect(timers.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
  timers.mockRestore();
});
