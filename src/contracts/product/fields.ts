import { z } from 'zod';
import { identifier, money } from '../fields.ts';

export const productName = z.string().min(1).max(200).regex(/\S/, 'not blank');
export const productDescription = z.string().max(2000);

/**
 * What a piece costs: at most 900,000 of a currency with cents.
 *
 * A full cart (1,000 products, 100,000 pieces of each) then still adds up to a whole number that JSON and
 * JavaScript hold exactly.
 */
const productPrice = money.extend({ amount: z.int().nonnegative().max(90_000_000) });

/** A product as the shop sells it. */
export const product = z.object({
  productId: identifier,
  name: productName,
  description: productDescription,
  price: productPrice,
});
export type Product = z.infer<typeof product>;

/**
 * The state that the product service keeps of each product and that views of other services read:
 * the product, or `null` once it is removed.
 */
export const productState = z.object({ product: product.nullable() });
export type ProductState = z.infer<typeof productState>;
