/** How many times faster time runs for rules under test: their fifteen seconds are one. */
const timesFaster = 15;

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const shortened = (amount: string, unit: string): string =>
  `${Math.round((Number(amount) * (unitMs[unit] ?? Number.NaN)) / timesFaster)}ms`;

/**
 * A file of rules in which time runs faster: windows, patience and the interval are as much shorter.
 *
 * What is compared stays as it is: an age of 60 seconds is one.
 */
export const fasterRules = (text: string): string =>
  text
    .replace(/\[(\d+)([smhd])\]/g, (_all, amount, unit) => `[${shortened(amount, unit)}]`)
    .replace(
      /\boffset (\d+)([smhd])\b/g,
      (_all, amount, unit) => `offset ${shortened(amount, unit)}`,
    )
    .replace(
      /^(\s*)(for|keep_firing_for|interval): (\d+)([smhd])$/gm,
      (_all, indent, word, amount, unit) => `${indent}${word}: ${shortened(amount, unit)}`,
    )
    // Sums of samples become seconds by the interval.
    .replace(/\b15 \* (sum|count)_over_time/g, '1 * $1_over_time');
