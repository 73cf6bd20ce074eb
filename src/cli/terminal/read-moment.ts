import { UsageError } from './usage-error.ts';

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * A moment as people write it: `2h` ago, or a date of ISO 8601, with a time or without.
 *
 * @throws UsageError naming the option
 */
export const readMoment = (option: string, text: string, now: number): number => {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (unitMs[unit] ?? 0);
  const moment = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new UsageError(
    `${option} is a time such as 2026-03-01T10:00:00Z, or 90s, 30m, 2h, 7d ago, not "${text}"`,
  );
};
