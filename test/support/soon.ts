import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './eventually.ts';

/** Waits in real time until a check no longer throws. */
export const soon = <T>(check: () => T | Promise<T>, withinMs = 10_000): Promise<T> =>
  eventually(check, { advance: (ms) => sleep(ms), withinMs });
