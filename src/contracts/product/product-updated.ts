import { type DataOf, defineEvent } from '../define-event.ts';
import { product } from './fields.ts';
import { productStream } from './stream.ts';

/** A product's name or description has changed; this is how it is now. */
export const ProductUpdated = defineEvent({
  type: 'product.updated',
  version: 1,
  kind: 'fact',
  stream: productStream,
  data: product,
  key: ({ productId }) => productId,
});
export type ProductUpdated = DataOf<typeof ProductUpdated>;
