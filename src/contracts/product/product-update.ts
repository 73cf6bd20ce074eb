import { type DataOf, defineEvent } from '../define-event.ts';
import { product } from './fields.ts';
import { productStream } from './stream.ts';

/** Some of a product's properties are to change; what is left out stays. */
export const ProductUpdate = defineEvent({
  type: 'product.update',
  version: 1,
  kind: 'request',
  stream: productStream,
  data: product
    .partial({ name: true, description: true, price: true })
    .refine(
      ({ name, description, price }) => [name, description, price].some((it) => it !== undefined),
      'nothing to change: give name, description or price',
    ),
  key: ({ productId }) => productId,
});
export type ProductUpdate = DataOf<typeof ProductUpdate>;
