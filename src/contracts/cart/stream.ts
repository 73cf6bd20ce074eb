import { defineStream } from '../streams.ts';

/** Everything about carts: keyed by the id of the user whose cart it is. */
export const cartStream = defineStream('cart');
