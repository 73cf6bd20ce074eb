import type { ProductState } from '../../../contracts/product/fields.ts';
import type { ProductAdd } from '../../../contracts/product/product-add.ts';
import { ProductAddRejected } from '../../../contracts/product/product-add-rejected.ts';
import { ProductAdded } from '../../../contracts/product/product-added.ts';
import { injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';

/** Takes up a product, one that was removed before as well; never replaces one that is sold. */
@injectable()
export class AddProduct implements EventHandler<ProductAdd, ProductState> {
  handle(product: ProductAdd, { state }: HandlingContext<ProductState>): Decision<ProductState> {
    if (state.product) {
      const { productId } = product;
      const message = 'there is a product with this id already';
      return { events: [ProductAddRejected({ productId, reason: 'product-exists', message })] };
    }
    return { state: { product }, events: [ProductAdded(product)] };
  }
}
