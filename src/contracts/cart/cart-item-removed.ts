import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { cartItem, quantity } from './fields.ts';
import { cartStream } from './stream.ts';

/** A product was taken out of a cart by its owner. */
export const CartItemRemoved = defineEvent({
  type: 'cart.item-removed',
  version: 1,
  kind: 'fact',
  stream: cartStream,
  data: z.object({ ...cartItem, quantity }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartItemRemoved = DataOf<typeof CartItemRemoved>;
