import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { cartItem } from './fields.ts';
import { cartStream } from './stream.ts';

/** The shop takes a product that it no longer sells out of a cart; asked by the cart service itself. */
export const CartWithdrawItem = defineEvent({
  type: 'cart.withdraw-item',
  version: 1,
  kind: 'request',
  stream: cartStream,
  data: z.object({ ...cartItem }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartWithdrawItem = DataOf<typeof CartWithdrawItem>;
