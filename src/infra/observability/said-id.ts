import type { IncomingEvent } from '../pipeline/process.ts';
import { keyHash } from './logger.ts';
import { personalValues } from './personal-values.ts';

/**
 * How ids are written that an event carries: a part of one that is a personal value of the event
 * becomes `#` and its hash.
 *
 * What a reaction asks of a key has that key in its id, and keys may be people. The same value becomes
 * the same hash everywhere, so that lines and spans still find each other.
 */
export const idsOf = ({
  route,
  data,
}: Pick<IncomingEvent, 'route' | 'data'>): ((id: string) => string) => {
  const personal = new Set(personalValues(route?.contract, data));
  if (personal.size === 0) return (id) => id;
  return (id) =>
    id
      .split('.')
      .map((part) => (personal.has(part) ? `#${keyHash(part)}` : part))
      .join('.');
};
