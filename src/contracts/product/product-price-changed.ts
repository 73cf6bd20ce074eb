import { type DataOf, defineEvent } from '../define-event.ts';
import { money } from '../fields.ts';
import { product } from './fields.ts';
import { productStream } from './stream.ts';

/** A product costs something else now; this is how it is now, and what it cost before. */
export const ProductPriceChanged = defineEvent({
  type: 'product.price-changed',
  version: 1,
  kind: 'fact',
  stream: productStream,
  data: product.extend({ previousPrice: money }),
  key: ({ productId }) => productId,
});
export type ProductPriceChanged = DataOf<typeof ProductPriceChanged>;
