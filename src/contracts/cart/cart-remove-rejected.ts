import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { rejection } from '../fields.ts';
import { cartItem } from './fields.ts';
import { cartStream } from './stream.ts';

/** Nothing was taken out of a cart. */
export const CartRemoveRejected = defineEvent({
  type: 'cart.remove-rejected',
  version: 1,
  kind: 'fact',
  stream: cartStream,
  data: z.object({ ...cartItem, ...rejection(['not-in-cart']) }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartRemoveRejected = DataOf<typeof CartRemoveRejected>;
