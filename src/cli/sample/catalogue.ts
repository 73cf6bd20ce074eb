import { type SampleProduct, shelfPrice } from './products.ts';
import type { Random } from './random.ts';
import type { SampleEvent } from './sample-event.ts';

/** What the shop sells at some moment of the sample, most popular first. */
export interface Assortment {
  readonly products: readonly SampleProduct[];
  /** The ids of what is sold now. */
  readonly sold: Set<string>;
}

/** Version 1 of `product.add`: the price is a plain number of euros. */
const withPlainPrice = (product: SampleProduct): SampleEvent => ({
  type: 'product.add',
  dataversion: 1,
  data: { ...product, price: product.price.amount / 100 },
});

const structured = (product: SampleProduct, number: number): SampleEvent => ({
  specversion: '1.0',
  id: `supplier-feed-${String(number).padStart(4, '0')}`,
  source: 'https://supplier.example/feed',
  type: 'product.add',
  dataversion: 2,
  data: product,
});

/** The event by which the shop begins to sell a product: every way of saying it occurs. */
export const addition = (product: SampleProduct, number: number, random: Random): SampleEvent => {
  if (product.price.currency === 'EUR' && random.chance(0.35)) return withPlainPrice(product);
  if (random.chance(0.3)) return structured(product, number);
  return { type: 'product.add', data: product };
};

const repriced = (product: SampleProduct, random: Random): SampleEvent => {
  const { amount, currency } = product.price;
  const step = random.between(3, 25) * (random.chance(0.6) ? -1 : 1);
  const lower = Math.max(50, Math.round((amount * (100 + step)) / 100));
  return {
    type: 'product.update',
    data: { productId: product.productId, price: { amount: lower, currency } },
  };
};

const redescribed = (product: SampleProduct, random: Random): SampleEvent => {
  const notes = ['Back in stock.', 'Now in a larger box.', 'Last few.', 'Chosen by our customers.'];
  return {
    type: 'product.update',
    data: {
      productId: product.productId,
      description: `${product.description} ${random.pick(notes)} (${random.between(1, 9999)})`,
    },
  };
};

const ofNothing = (random: Random): SampleEvent => {
  const productId = `discontinued-${random.between(100, 999)}`;
  return random.chance(0.5)
    ? { type: 'product.remove', data: { productId } }
    : { type: 'product.update', data: { productId, price: { amount: 990, currency: 'EUR' } } };
};

/** What happens to the catalogue while people shop; without an end. */
export function* catalogueChanges(
  { products, sold }: Assortment,
  random: Random,
): Generator<SampleEvent, never> {
  const isSold = ({ productId }: SampleProduct): boolean => sold.has(productId);
  for (let number = 1000; ; number++) {
    const product = random.pick(products.filter(isSold));
    const kind = random.next();
    if (kind < 0.42) yield repriced(product, random);
    else if (kind < 0.56) yield redescribed(product, random);
    else if (kind < 0.68) {
      sold.delete(product.productId);
      yield { type: 'product.remove', data: { productId: product.productId } };
    } else if (kind < 0.92) {
      const newcomer = products.find((candidate) => !isSold(candidate)) ?? product;
      sold.add(newcomer.productId);
      const amount = shelfPrice(490, 9900, random);
      yield addition({ ...newcomer, price: { amount, currency: 'EUR' } }, number, random);
    } else if (kind < 0.96) yield addition(product, number, random);
    else yield ofNothing(random);
  }
}
