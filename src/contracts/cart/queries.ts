import { z } from 'zod';
import { defineQuery } from '../define-query.ts';
import { identifier, money } from '../fields.ts';

/** A line of a cart: the product as it is sold now, `available: false` once it no longer is. */
export const cartLine = z.object({
  productId: identifier,
  name: z.string(),
  quantity: z.int(),
  price: money,
  lineTotal: money,
  available: z.boolean(),
});

/** A cart with its totals; unavailable lines do not count. An unknown user's cart is empty. */
export const cart = z.object({
  userId: identifier,
  items: z.array(cartLine),
  pieces: z.int(),
  /** `null` for an empty cart, which has no currency. */
  total: money.nullable(),
});
export type Cart = z.infer<typeof cart>;

/** The cart of a user. */
export const CartGet = defineQuery({
  name: 'cart.get',
  question: z.object({ userId: identifier }),
  answer: z.object({ cart }),
});
