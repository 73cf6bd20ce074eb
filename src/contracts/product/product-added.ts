import { type DataOf, defineEvent } from '../define-event.ts';
import { product } from './fields.ts';
import { productStream } from './stream.ts';

/** The shop sells a product now. */
export const ProductAdded = defineEvent({
  type: 'product.added',
  version: 1,
  kind: 'fact',
  stream: productStream,
  data: product,
  key: ({ productId }) => productId,
});
export type ProductAdded = DataOf<typeof ProductAdded>;
