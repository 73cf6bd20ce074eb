import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { identifier, rejection } from '../fields.ts';
import { productStream } from './stream.ts';

/** A product was not changed. */
export const ProductUpdateRejected = defineEvent({
  type: 'product.update-rejected',
  version: 1,
  kind: 'fact',
  stream: productStream,
  data: z.object({ productId: identifier, ...rejection(['unknown-product']) }),
  key: ({ productId }) => productId,
});
export type ProductUpdateRejected = DataOf<typeof ProductUpdateRejected>;
