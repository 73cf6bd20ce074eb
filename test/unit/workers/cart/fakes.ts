import type { Money } from '../../../../src/contracts/fields.ts';
import type { Products, SoldProduct } from '../../../../src/workers/cart/products.ts';
import type { CartItem, CartState } from '../../../../src/workers/cart/state.ts';

export const eur = (amount: number): Money => ({ amount, currency: 'EUR' });
export const usd = (amount: number): Money => ({ amount, currency: 'USD' });

export const item = (productId: string, quantity: number, price: Money = eur(100)): CartItem => ({
  productId,
  quantity,
  price,
});

export const holding = (...items: readonly CartItem[]): CartState => ({ items: [...items] });

/** A shop that sells what it is given, by product id; every product is named `The <id>`. */
export const selling = (prices: Readonly<Record<string, Money>>): Products => {
  const sold = new Map<string, SoldProduct>(
    Object.entries(prices).map(([productId, price]) => [
      productId,
      { productId, name: `The ${productId}`, price },
    ]),
  );
  const get = async (productId: string) => sold.get(productId);
  return { find: get, soldNow: get };
};
