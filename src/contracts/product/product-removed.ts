import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { identifier } from '../fields.ts';
import { productStream } from './stream.ts';

/** The shop no longer sells a product. */
export const ProductRemoved = defineEvent({
  type: 'product.removed',
  version: 1,
  kind: 'fact',
  stream: productStream,
  data: z.object({ productId: identifier }),
  key: ({ productId }) => productId,
});
export type ProductRemoved = DataOf<typeof ProductRemoved>;
