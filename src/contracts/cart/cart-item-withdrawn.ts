import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { cartItem, quantity } from './fields.ts';
import { cartStream } from './stream.ts';

/** A product that the shop no longer sells was taken out of a cart. */
export const CartItemWithdrawn = defineEvent({
  type: 'cart.item-withdrawn',
  version: 1,
  kind: 'fact',
  stream: cartStream,
  data: z.object({ ...cartItem, quantity }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartItemWithdrawn = DataOf<typeof CartItemWithdrawn>;
