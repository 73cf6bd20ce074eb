import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { cartItem, quantity } from './fields.ts';
import { cartStream } from './stream.ts';

/** Somebody sets how many pieces of a product a cart holds. */
export const CartUpdate = defineEvent({
  type: 'cart.update',
  version: 1,
  kind: 'request',
  stream: cartStream,
  data: z.object({ ...cartItem, quantity }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartUpdate = DataOf<typeof CartUpdate>;
