import { type Discretion, personalValues } from './personal-values.ts';

/** What stands in the place of what must not be written. */
const redacted = '[redacted]';

/**
 * A text without the values that an event's contract calls personal or secret.
 *
 * Handlers may quote in an error what they were given. Values are taken out wherever they stand; one
 * of one or two characters, or a number, only where it stands alone.
 */
export const withoutPersonal = (
  text: string,
  contract: Discretion | undefined,
  data: unknown,
): string =>
  personalValues(contract, data)
    .sort((one, other) => other.length - one.length)
    .reduce(without, text);

const without = (text: string, value: string): string => {
  if (value.length > 2 && !/^\d+$/.test(value)) return text.replaceAll(value, redacted);
  const alone = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(value)}(?![\\p{L}\\p{N}])`, 'gu');
  return text.replace(alone, redacted);
};

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
