import { defineStream } from '../streams.ts';

/** Everything about products: keyed by product id. */
export const productStream = defineStream('product');
