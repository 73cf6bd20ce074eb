import { CartItemRepriced } from '../../../contracts/cart/cart-item-repriced.ts';
import type { CartRepriceItem } from '../../../contracts/cart/cart-reprice-item.ts';
import { injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';
import { type CartState, itemOf, withItem } from '../state.ts';

/** Notes the new price of a product in a cart; nothing happens when it is out, or has that price already. */
@injectable()
export class RepriceItem implements EventHandler<CartRepriceItem, CartState> {
  handle(asked: CartRepriceItem, { state }: HandlingContext<CartState>): Decision<CartState> {
    const { productId, price } = asked;
    const held = itemOf(state, productId);
    if (!held) return {};
    const previousPrice = held.price;
    if (price.amount === previousPrice.amount && price.currency === previousPrice.currency) {
      return {};
    }
    return {
      state: withItem(state, { ...held, price }),
      events: [CartItemRepriced({ ...asked, previousPrice })],
    };
  }
}
