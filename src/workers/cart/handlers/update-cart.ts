import { CartItemUpdated } from '../../../contracts/cart/cart-item-updated.ts';
import type { CartUpdate } from '../../../contracts/cart/cart-update.ts';
import { CartUpdateRejected } from '../../../contracts/cart/cart-update-rejected.ts';
import { cartLimits } from '../../../contracts/cart/fields.ts';
import { injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';
import { type CartState, itemOf, withItem } from '../state.ts';

/** Sets how many pieces of a product a cart holds; to take it out is another request. */
@injectable()
export class UpdateCart implements EventHandler<CartUpdate, CartState> {
  handle(asked: CartUpdate, { state }: HandlingContext<CartState>): Decision<CartState> {
    const { productId, quantity } = asked;
    if (quantity < 1 || quantity > cartLimits.quantity) {
      return rejected(asked, 'quantity-out-of-bounds');
    }
    const held = itemOf(state, productId);
    if (!held) return rejected(asked, 'not-in-cart');
    return {
      state: withItem(state, { ...held, quantity }),
      events: [CartItemUpdated({ ...asked, previousQuantity: held.quantity })],
    };
  }
}

const messages = {
  'quantity-out-of-bounds': `a cart holds 1 to ${cartLimits.quantity} pieces of a product`,
  'not-in-cart': 'the product is not in the cart',
};

const rejected = (asked: CartUpdate, reason: keyof typeof messages): Decision<CartState> => ({
  events: [CartUpdateRejected({ ...asked, reason, message: messages[reason] })],
});
