import type { Money } from '../../contracts/fields.ts';

/**
 * The currency that a cart with these prices is in: the one that most of them have, of several the
 * one that comes first. None for no prices.
 *
 * A cart is filled in one currency only. A product whose price has moved to another one since cannot
 * be paid together with the rest.
 */
export const currencyOf = (prices: readonly Money[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const { currency } of prices) counts.set(currency, (counts.get(currency) ?? 0) + 1);
  let most: string | undefined;
  for (const [currency, count] of counts) {
    if (most === undefined || count > (counts.get(most) ?? 0)) most = currency;
  }
  return most;
};
