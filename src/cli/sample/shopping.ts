import type { Assortment } from './catalogue.ts';
import { popularity, type Random } from './random.ts';
import type { SampleEvent } from './sample-event.ts';
import type { Shopper } from './shoppers.ts';

const cartEvent = (
  name: 'add' | 'update' | 'remove',
  { userId }: Shopper,
  rest: { readonly productId: string; readonly quantity?: number },
): SampleEvent => ({ type: `cart.${name}`, data: { userId, ...rest } });

/** Most people take one; some a few; a restaurant takes dozens. */
const pieces = (random: Random): number => {
  const kind = random.next();
  if (kind < 0.68) return 1;
  if (kind < 0.95) return random.between(2, 4);
  return random.between(5, 24);
};

const outOfBounds = (random: Random): number =>
  random.pick([-3, -1, 0, 100_001, 250_000, 1_000_000]);

/** Picks products as people do: a few favourites and a long tail, seldom what is sold no more. */
export const tasteFor = ({ products, sold }: Assortment): ((random: Random) => string) => {
  const rankOf = popularity(products.length, 6);
  const wish = (random: Random): string => products[rankOf(random)]?.productId ?? '';
  return (random) => {
    let productId = wish(random);
    while (!sold.has(productId) && random.chance(0.97)) productId = wish(random);
    return productId;
  };
};

type Taste = ReturnType<typeof tasteFor>;

const add = (shopper: Shopper, taste: Taste, random: Random): SampleEvent => {
  const productId = taste(random);
  if (random.chance(0.012))
    return cartEvent('add', shopper, { productId: `${productId}x`, quantity: 1 });
  if (random.chance(0.015)) {
    return cartEvent('add', shopper, { productId, quantity: outOfBounds(random) });
  }
  const quantity = pieces(random);
  shopper.cart.set(productId, (shopper.cart.get(productId) ?? 0) + quantity);
  return cartEvent('add', shopper, { productId, quantity });
};

const update = (shopper: Shopper, productId: string, random: Random): SampleEvent => {
  if (random.chance(0.03)) {
    return cartEvent('update', shopper, { productId, quantity: outOfBounds(random) });
  }
  const before = shopper.cart.get(productId) ?? 0;
  const quantity = before > 1 && random.chance(0.5) ? before - 1 : before + random.between(1, 3);
  shopper.cart.set(productId, quantity);
  return cartEvent('update', shopper, { productId, quantity });
};

const remove = (shopper: Shopper, productId: string): SampleEvent => {
  shopper.cart.delete(productId);
  return cartEvent('remove', shopper, { productId });
};

/** One visit: mostly putting things into the cart, with second thoughts. */
export function* visit(shopper: Shopper, taste: Taste, random: Random): Generator<SampleEvent> {
  for (let left = random.between(3, 14); left > 0; left--) {
    const kind = random.next();
    const held = [...shopper.cart.keys()];
    if (held.length === 0 || kind < 0.72) yield add(shopper, taste, random);
    else if (kind < 0.85) yield update(shopper, random.pick(held), random);
    else if (kind < 0.97) yield remove(shopper, random.pick(held));
    else if (kind < 0.985) yield cartEvent('remove', shopper, { productId: taste(random) });
    else yield cartEvent('update', shopper, { productId: taste(random), quantity: 98 });
  }
}
