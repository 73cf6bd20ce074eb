import type { ProductState } from '../../../contracts/product/fields.ts';
import { ProductRemovalRejected } from '../../../contracts/product/product-removal-rejected.ts';
import type { ProductRemove } from '../../../contracts/product/product-remove.ts';
import { ProductRemoved } from '../../../contracts/product/product-removed.ts';
import { injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';

/** Ends the sale of a product; carts take it out when they hear of it. */
@injectable()
export class RemoveProduct implements EventHandler<ProductRemove, ProductState> {
  handle(
    { productId }: ProductRemove,
    { state }: HandlingContext<ProductState>,
  ): Decision<ProductState> {
    if (!state.product) {
      const message = 'there is no product with this id';
      return {
        events: [ProductRemovalRejected({ productId, reason: 'unknown-product', message })],
      };
    }
    return { state: { product: null }, events: [ProductRemoved({ productId })] };
  }
}
