import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { money } from '../fields.ts';
import { cartItem, quantity } from './fields.ts';
import { cartStream } from './stream.ts';

/** Pieces of a product were put into a cart; `total` is how many it holds now. */
export const CartItemAdded = defineEvent({
  type: 'cart.item-added',
  version: 1,
  kind: 'fact',
  stream: cartStream,
  data: z.object({ ...cartItem, quantity, total: z.int(), price: money }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartItemAdded = DataOf<typeof CartItemAdded>;
