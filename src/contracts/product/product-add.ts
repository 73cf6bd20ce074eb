import { z } from 'zod';
import { type DataOf, defineEvent, upcaster } from '../define-event.ts';
import { identifier, type Money } from '../fields.ts';
import { product, productDescription, productName } from './fields.ts';
import { productStream } from './stream.ts';

/** Version 1 had the price as a plain number of euros: `9.99`. */
const version1 = z.object({
  productId: identifier,
  name: productName,
  description: productDescription.optional(),
  price: z.number().nonnegative().max(900_000),
});

/** Rounds to the nearest cent: 19.99 × 100 is 1998.9999… in binary floating point. */
const euros = (price: number): Money => ({ amount: Math.round(price * 100), currency: 'EUR' });

/** The shop is to sell a product. */
export const ProductAdd = defineEvent({
  type: 'product.add',
  version: 2,
  kind: 'request',
  stream: productStream,
  data: product.extend({ description: productDescription.default('') }),
  key: ({ productId }) => productId,
  upcasters: { 1: upcaster(version1, (old) => ({ ...old, price: euros(old.price) })) },
});
export type ProductAdd = DataOf<typeof ProductAdd>;
