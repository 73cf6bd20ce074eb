import type { CartAdd } from '../../../contracts/cart/cart-add.ts';
import { CartAddRejected } from '../../../contracts/cart/cart-add-rejected.ts';
import { CartItemAdded } from '../../../contracts/cart/cart-item-added.ts';
import { cartLimits } from '../../../contracts/cart/fields.ts';
import type { Money } from '../../../contracts/fields.ts';
import { inject, injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';
import { currencyOf } from '../currency.ts';
import { Products } from '../products.ts';
import { type CartState, itemOf, withItem } from '../state.ts';

/**
 * Puts pieces of a product into a cart, within the cart's limits.
 *
 * The product is looked up in a view, which may be a moment behind: a product that is being removed
 * can still get in, after the carts that held it were told; likewise at its old price. So the state
 * alone says neither what is sold nor for how much. `cart.get` asks again, and its totals are right.
 */
@injectable()
export class AddToCart implements EventHandler<CartAdd, CartState> {
  constructor(@inject(Products) private readonly products: Products) {}

  async handle(
    asked: CartAdd,
    { state, storedAt }: HandlingContext<CartState>,
  ): Promise<Decision<CartState>> {
    const { productId, quantity } = asked;
    const total = (itemOf(state, productId)?.quantity ?? 0) + quantity;
    if (quantity < 1 || total > cartLimits.quantity)
      return rejected(asked, 'quantity-out-of-bounds');
    if (isFull(state, productId)) return rejected(asked, 'too-many-products');
    const product = await this.products.find(productId, storedAt);
    if (!product) return rejected(asked, 'unknown-product');
    const { price } = product;
    if (isOtherCurrency(state, productId, price)) return rejected(asked, 'currency-differs');
    return {
      state: withItem(state, { productId, quantity: total, price }),
      events: [CartItemAdded({ ...asked, total, price })],
    };
  }
}

const isFull = (state: CartState, productId: string): boolean =>
  state.items.length >= cartLimits.products && !itemOf(state, productId);

const isOtherCurrency = ({ items }: CartState, productId: string, price: Money): boolean => {
  const others = items.filter((item) => item.productId !== productId);
  const currency = currencyOf(others.map((item) => item.price));
  return currency !== undefined && currency !== price.currency;
};

const messages = {
  'quantity-out-of-bounds': `a cart holds 1 to ${cartLimits.quantity} pieces of a product`,
  'too-many-products': `a cart holds at most ${cartLimits.products} different products`,
  'unknown-product': 'there is no product with this id',
  'currency-differs': 'the price is in another currency than the rest of the cart',
};

const rejected = (asked: CartAdd, reason: keyof typeof messages): Decision<CartState> => ({
  events: [CartAddRejected({ ...asked, reason, message: messages[reason] })],
});
