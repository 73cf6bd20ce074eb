import type { z } from 'zod';
import type { Cart, CartGet, cartLine } from '../../../contracts/cart/queries.ts';
import { inject, injectable } from '../../../infra/di/token.ts';
import type { KeyStates } from '../../../infra/pipeline/define-service.ts';
import type { QueryHandler } from '../../../infra/pipeline/handler.ts';
import { currencyOf } from '../currency.ts';
import { Products, type SoldProduct } from '../products.ts';
import { type CartItem, type CartState, CartStates } from '../state.ts';

type Question = z.infer<typeof CartGet.question>;
type Line = z.infer<typeof cartLine>;

/**
 * Tells what is in a cart and what it costs now.
 *
 * Prices and availability are today's, not those on record in the cart. A line counts when its
 * product is sold, in the currency that the cart is in ({@link currencyOf}); any other is marked as not
 * available, so the total is always the sum of the available lines.
 */
@injectable()
export class GetCart implements QueryHandler<Question, { readonly cart: Cart }> {
  constructor(
    @inject(CartStates) private readonly carts: KeyStates<CartState>,
    @inject(Products) private readonly products: Products,
  ) {}

  async answer({ userId }: Question): Promise<{ readonly cart: Cart }> {
    const { items } = await this.carts.read(userId);
    const entries = await Promise.all(
      items.map(async (item) => ({ item, product: await this.products.soldNow(item.productId) })),
    );
    const currency = currencyOf(entries.flatMap(({ product }) => product?.price ?? []));
    const lines = entries.map((entry) => lineOf(entry, currency));
    return { cart: { userId, items: lines, ...totalsOf(lines) } };
  }
}

interface Entry {
  readonly item: CartItem;
  readonly product: SoldProduct | undefined;
}

/** A product that is no longer sold has no name any more but its id, and the price last heard of. */
const lineOf = ({ item, product }: Entry, currency: string | undefined): Line => {
  const { productId, quantity } = item;
  const price = product?.price ?? item.price;
  return {
    productId,
    name: product?.name ?? productId,
    quantity,
    price,
    lineTotal: { amount: price.amount * quantity, currency: price.currency },
    available: product !== undefined && price.currency === currency,
  };
};

const totalsOf = (lines: readonly Line[]): Pick<Cart, 'pieces' | 'total'> => {
  const counted = lines.filter(({ available }) => available);
  const [first] = counted;
  if (!first) return { pieces: 0, total: null };
  const sum = (part: (line: Line) => number): number =>
    counted.reduce((soFar, line) => soFar + part(line), 0);
  return {
    pieces: sum(({ quantity }) => quantity),
    total: { amount: sum(({ lineTotal }) => lineTotal.amount), currency: first.price.currency },
  };
};
