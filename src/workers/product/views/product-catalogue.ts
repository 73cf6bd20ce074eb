import type { z } from 'zod';
import type { ProductState } from '../../../contracts/product/fields.ts';
import type { ProductSearch } from '../../../contracts/product/queries.ts';
import { token } from '../../../infra/di/token.ts';
import type { ReadModel } from '../../../infra/pipeline/define-service.ts';

export type ProductsWanted = z.infer<typeof ProductSearch.question>;
export type ProductsFound = z.infer<typeof ProductSearch.answer>;

/** Everything that the shop sells, ready to be searched. */
export interface ProductCatalogue extends ReadModel<ProductState> {
  /** A page of what fits, the best first, and how many fit in all. */
  search(wanted: ProductsWanted): ProductsFound;
}
export const ProductCatalogue = token<ProductCatalogue>('ProductCatalogue');
