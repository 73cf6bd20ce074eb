import { CartRepriceItem } from '../../../contracts/cart/cart-reprice-item.ts';
import type { ProductPriceChanged } from '../../../contracts/product/product-price-changed.ts';
import { inject, injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler } from '../../../infra/pipeline/handler.ts';
import { CartsByProduct } from '../views/carts-by-product.ts';

/**
 * Tells every cart that holds a product its new price.
 *
 * A cart that gets the product at this very moment may be missed: it keeps the old price on record,
 * and `cart.get` counts with the new one all the same.
 */
@injectable()
export class RepriceProduct implements EventHandler<ProductPriceChanged> {
  constructor(@inject(CartsByProduct) private readonly carts: CartsByProduct) {}

  handle({ productId, price }: ProductPriceChanged): Decision {
    const userIds = this.carts.holding(productId);
    return { events: userIds.map((userId) => CartRepriceItem({ userId, productId, price })) };
  }
}
