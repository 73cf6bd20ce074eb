import { CartItemRemoved } from '../../../contracts/cart/cart-item-removed.ts';
import type { CartRemove } from '../../../contracts/cart/cart-remove.ts';
import { CartRemoveRejected } from '../../../contracts/cart/cart-remove-rejected.ts';
import { injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';
import { type CartState, itemOf, withoutItem } from '../state.ts';

/** Takes all pieces of a product out of a cart. */
@injectable()
export class RemoveFromCart implements EventHandler<CartRemove, CartState> {
  handle(asked: CartRemove, { state }: HandlingContext<CartState>): Decision<CartState> {
    const held = itemOf(state, asked.productId);
    if (!held) {
      const message = 'the product is not in the cart';
      return { events: [CartRemoveRejected({ ...asked, reason: 'not-in-cart', message })] };
    }
    return {
      state: withoutItem(state, asked.productId),
      events: [CartItemRemoved({ ...asked, quantity: held.quantity })],
    };
  }
}
