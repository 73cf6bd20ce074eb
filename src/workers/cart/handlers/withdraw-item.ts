import { CartItemWithdrawn } from '../../../contracts/cart/cart-item-withdrawn.ts';
import type { CartWithdrawItem } from '../../../contracts/cart/cart-withdraw-item.ts';
import { injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';
import { type CartState, itemOf, withoutItem } from '../state.ts';

/** Takes a product that was removed from the shop out of a cart; nothing happens when it is out already. */
@injectable()
export class WithdrawItem implements EventHandler<CartWithdrawItem, CartState> {
  handle(asked: CartWithdrawItem, { state }: HandlingContext<CartState>): Decision<CartState> {
    const held = itemOf(state, asked.productId);
    if (!held) return {};
    return {
      state: withoutItem(state, asked.productId),
      events: [CartItemWithdrawn({ ...asked, quantity: held.quantity })],
    };
  }
}
