import type { Product } from '../../contracts/product/fields.ts';
import { token } from '../../infra/di/token.ts';

/** What a cart needs to know of a product. */
export type SoldProduct = Pick<Product, 'productId' | 'name' | 'price'>;

/** What the shop sells, as the cart service knows it. */
export interface Products {
  /**
   * The product for somebody who asked for it at a moment (milliseconds since 1970); nothing when it
   * was not sold then and is not now.
   *
   * @throws RetryLater while a `product.add` from before that moment may still be on its way
   */
  find(productId: string, askedAt: number): Promise<SoldProduct | undefined>;
  /** The product as it is sold now, nothing when it is not; never waits for what is on its way. */
  soldNow(productId: string): Promise<SoldProduct | undefined>;
}
export const Products = token<Products>('Products');
