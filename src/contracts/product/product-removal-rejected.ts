import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { identifier, rejection } from '../fields.ts';
import { productStream } from './stream.ts';

/** A product was not removed. */
export const ProductRemovalRejected = defineEvent({
  type: 'product.removal-rejected',
  version: 1,
  kind: 'fact',
  stream: productStream,
  data: z.object({ productId: identifier, ...rejection(['unknown-product']) }),
  key: ({ productId }) => productId,
});
export type ProductRemovalRejected = DataOf<typeof ProductRemovalRejected>;
