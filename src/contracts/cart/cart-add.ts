import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { cartItem, quantity } from './fields.ts';
import { cartStream } from './stream.ts';

/** Somebody puts pieces of a product into a cart, on top of what is there. */
export const CartAdd = defineEvent({
  type: 'cart.add',
  version: 1,
  kind: 'request',
  stream: cartStream,
  data: z.object({ ...cartItem, quantity }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartAdd = DataOf<typeof CartAdd>;
