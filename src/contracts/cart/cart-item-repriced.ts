import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { money } from '../fields.ts';
import { cartItem } from './fields.ts';
import { cartStream } from './stream.ts';

/** A product in a cart costs something else now. */
export const CartItemRepriced = defineEvent({
  type: 'cart.item-repriced',
  version: 1,
  kind: 'fact',
  stream: cartStream,
  data: z.object({ ...cartItem, price: money, previousPrice: money }),
  key: ({ userId }) => userId,
  personal: ['userId'],
});
export type CartItemRepriced = DataOf<typeof CartItemRepriced>;
