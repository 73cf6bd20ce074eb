const numbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** A whole number with its thousands set apart: `6,400`. */
export const count = (value: number): string => numbers.format(value);

/** A rate: `8,120/s`. */
export const perSecond = (value: number): string =>
  Number.isFinite(value) ? `${value < 10 ? value.toFixed(1) : count(value)}/s` : '-';

/** A time with as many digits as mean something: `0.42 ms`, `12 ms`, `1.25 s`; `-` for none. */
export const duration = (ms: number | undefined): string => {
  if (ms === undefined || !Number.isFinite(ms)) return '-';
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 10 ? `${ms.toFixed(0)} ms` : `${ms.toFixed(2)} ms`;
};

/** A share of one: `99.98 %`. */
export const percent = (share: number): string =>
  share === 1 ? '100 %' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
