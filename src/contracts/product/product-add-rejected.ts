import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { identifier, rejection } from '../fields.ts';
import { productStream } from './stream.ts';

/** A product was not added. */
export const ProductAddRejected = defineEvent({
  type: 'product.add-rejected',
  version: 1,
  kind: 'fact',
  stream: productStream,
  data: z.object({ productId: identifier, ...rejection(['product-exists']) }),
  key: ({ productId }) => productId,
});
export type ProductAddRejected = DataOf<typeof ProductAddRejected>;
