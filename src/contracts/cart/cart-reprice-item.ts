import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { money } from '../fields.ts';
import { cartItem } from './fields.ts';
import { cartStream } from './stream.ts';

/** The price of a product in a cart has changed; asked by the cart service itself. */
export const CartRepriceItem = defineEvent({
  type: 'cart.reprice-item',
  version: 1,
  kind: 'request',
  stream: cartStream,
  data: z.object({ ...cartItem, price: money }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartRepriceItem = DataOf<typeof CartRepriceItem>;
