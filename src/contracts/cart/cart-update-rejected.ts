import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { rejection } from '../fields.ts';
import { cartItem, quantity } from './fields.ts';
import { cartStream } from './stream.ts';

/** A cart's quantity stays as it was. */
export const CartUpdateRejected = defineEvent({
  type: 'cart.update-rejected',
  version: 1,
  kind: 'fact',
  stream: cartStream,
  data: z.object({
    ...cartItem,
    quantity,
    ...rejection(['not-in-cart', 'quantity-out-of-bounds']),
  }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartUpdateRejected = DataOf<typeof CartUpdateRejected>;
