import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { cartItem } from './fields.ts';
import { cartStream } from './stream.ts';

/** Somebody takes a product out of a cart. */
export const CartRemove = defineEvent({
  type: 'cart.remove',
  version: 1,
  kind: 'request',
  stream: cartStream,
  data: z.object({ ...cartItem }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartRemove = DataOf<typeof CartRemove>;
