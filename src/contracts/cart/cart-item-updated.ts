import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { cartItem, quantity } from './fields.ts';
import { cartStream } from './stream.ts';

/** A cart holds another quantity of a product now. */
export const CartItemUpdated = defineEvent({
  type: 'cart.item-updated',
  version: 1,
  kind: 'fact',
  stream: cartStream,
  data: z.object({ ...cartItem, quantity, previousQuantity: quantity }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartItemUpdated = DataOf<typeof CartItemUpdated>;
