import type { OutgoingEvent } from '../../../contracts/define-event.ts';
import type { Product, ProductState } from '../../../contracts/product/fields.ts';
import { ProductPriceChanged } from '../../../contracts/product/product-price-changed.ts';
import type { ProductUpdate } from '../../../contracts/product/product-update.ts';
import { ProductUpdateRejected } from '../../../contracts/product/product-update-rejected.ts';
import { ProductUpdated } from '../../../contracts/product/product-updated.ts';
import { injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';

/** Changes what an update names and leaves the rest. */
@injectable()
export class UpdateProduct implements EventHandler<ProductUpdate, ProductState> {
  handle(update: ProductUpdate, { state }: HandlingContext<ProductState>): Decision<ProductState> {
    const { productId } = update;
    const before = state.product;
    if (!before) {
      const message = 'there is no product with this id';
      return { events: [ProductUpdateRejected({ productId, reason: 'unknown-product', message })] };
    }
    const product: Product = {
      productId,
      name: update.name ?? before.name,
      description: update.description ?? before.description,
      price: update.price ?? before.price,
    };
    return { state: { product }, events: factsOf(before, product) };
  }
}

/** One fact for the texts, one for the price. An update that changes nothing states the product as it is: whoever waits for the outcome gets one. */
const factsOf = (before: Product, product: Product): OutgoingEvent[] => {
  const isRepriced =
    product.price.amount !== before.price.amount ||
    product.price.currency !== before.price.currency;
  const isReworded = product.name !== before.name || product.description !== before.description;
  const repriced = ProductPriceChanged({ ...product, previousPrice: before.price });
  if (!isRepriced) return [ProductUpdated(product)];
  return isReworded ? [ProductUpdated(product), repriced] : [repriced];
};
