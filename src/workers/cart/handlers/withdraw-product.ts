import { CartWithdrawItem } from '../../../contracts/cart/cart-withdraw-item.ts';
import type { ProductRemoved } from '../../../contracts/product/product-removed.ts';
import { inject, injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler } from '../../../infra/pipeline/handler.ts';
import { CartsByProduct } from '../views/carts-by-product.ts';

/**
 * Asks every cart that holds a removed product to take it out.
 *
 * A cart that gets the product at this very moment may be missed: the item stays, and `cart.get`
 * shows it as no longer available.
 */
@injectable()
export class WithdrawProduct implements EventHandler<ProductRemoved> {
  constructor(@inject(CartsByProduct) private readonly carts: CartsByProduct) {}

  handle({ productId }: ProductRemoved): Decision {
    const userIds = this.carts.holding(productId);
    return { events: userIds.map((userId) => CartWithdrawItem({ userId, productId })) };
  }
}
