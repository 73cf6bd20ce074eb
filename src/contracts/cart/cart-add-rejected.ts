import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { rejection } from '../fields.ts';
import { cartItem, quantity } from './fields.ts';
import { cartStream } from './stream.ts';

/** Nothing was put into a cart. */
export const CartAddRejected = defineEvent({
  type: 'cart.add-rejected',
  version: 1,
  kind: 'fact',
  stream: cartStream,
  data: z.object({
    ...cartItem,
    quantity,
    ...rejection([
      'unknown-product',
      'quantity-out-of-bounds',
      'too-many-products',
      'currency-differs',
    ]),
  }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartAddRejected = DataOf<typeof CartAddRejected>;
