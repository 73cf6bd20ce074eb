import { z } from 'zod';
import { defineQuery } from '../define-query.ts';
import { identifier } from '../fields.ts';
import { product } from './fields.ts';

/** One product, `null` when the shop does not sell it. */
export const ProductGet = defineQuery({
  name: 'product.get',
  question: z.object({ productId: identifier }),
  answer: z.object({ product: product.nullable() }),
});

/**
 * Ranked full text over names and descriptions, with prefixes and small typing errors. When very many
 * products have each of the words, whole or begun, the answer is those with the words in their names:
 * more whole words first, then by name; and descriptions only where they have a rarer word whole, or
 * when hardly a name has all of them.
 *
 * Without text, all products by name. Prices are in minor units; a filter leaves other currencies out
 * only when `currency` is given.
 */
export const ProductSearch = defineQuery({
  name: 'product.search',
  question: z.object({
    text: z.string().max(200).default(''),
    minPrice: z.int().nonnegative().optional(),
    maxPrice: z.int().nonnegative().optional(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .optional(),
    offset: z.int().min(0).max(10_000).default(0),
    limit: z.int().min(1).max(100).default(20),
  }),
  answer: z.object({ total: z.int(), products: z.array(product) }),
});
