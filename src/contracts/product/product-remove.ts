import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { identifier } from '../fields.ts';
import { productStream } from './stream.ts';

/** The shop is to stop selling a product. */
export const ProductRemove = defineEvent({
  type: 'product.remove',
  version: 1,
  kind: 'request',
  stream: productStream,
  data: z.object({ productId: identifier }),
  key: ({ productId }) => productId,
});
export type ProductRemove = DataOf<typeof ProductRemove>;
