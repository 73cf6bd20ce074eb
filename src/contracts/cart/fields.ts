import { z } from 'zod';
import { identifier } from '../fields.ts';

/** The most pieces of one product, and the most different products, that a cart holds. */
export const cartLimits = { quantity: 100_000, products: 1_000 } as const;

/** The cart and the product that an event is about. */
export const cartItem = { userId: identifier, productId: identifier };

/** A quantity asked for: any whole number; whether it is in bounds is the cart's decision. */
export const quantity = z.int();
