const numbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

/** What is not known is never a number. */
const unknown = 'unknown';

export const count = (value: number | undefined): string =>
  value === undefined ? unknown : numbers.format(value);

export const rate = (perSecond: number): string => `${tenths.format(perSecond)}/s`;

/** A time that was measured; a dash when nothing happened that could have been. */
export const duration = (seconds: number | undefined): string => {
  if (seconds === undefined) return '–';
  if (seconds < 1) return `${tenths.format(seconds * 1000)} ms`;
  return seconds < 120 ? `${tenths.format(seconds)} s` : `${numbers.format(seconds / 60)} min`;
};

/** How long something waits: a dash when nothing does. */
export const age = (seconds: number | undefined): string => {
  if (seconds === undefined) return unknown;
  return seconds === 0 ? '–' : duration(seconds);
};

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export const bytes = (value: number): string => {
  const unit = value > 0 ? Math.min(units.length - 1, Math.floor(Math.log2(value) / 10)) : 0;
  return `${tenths.format(value / 1024 ** unit)} ${units[unit]}`;
};

/** Never rounded up to 100 %. */
export const percent = (ratio: number | undefined): string => {
  if (ratio === undefined) return unknown;
  return ratio === 1 ? '100 %' : `${(Math.floor(ratio * 10_000) / 100).toFixed(2)} %`;
};

/** `0-3, 7` for 0, 1, 2, 3 and 7. */
export const ranges = (sorted: readonly number[]): string => {
  const found: [number, number][] = [];
  for (const number of sorted) {
    const last = found.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
};

/** `CART 0-3, 7; PRODUCT 1`, a dash for none. */
export const partitions = (byStream: Readonly<Record<string, readonly number[]>>): string =>
  Object.entries(byStream)
    .filter(([, own]) => own.length > 0)
    .map(([stream, own]) => `${stream} ${ranges(own)}`)
    .join('; ') || '–';

/** `2026-11-23 16:21:00` of what is in RFC 3339, in UTC. */
export const moment = (time: string | undefined): string =>
  time === undefined ? '–' : time.replace('T', ' ').replace(/(\.\d+)?Z$/, '');
