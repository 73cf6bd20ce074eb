import { inject, injectable } from '../../../infra/di/token.ts';
import type { QueryHandler } from '../../../infra/pipeline/handler.ts';
import {
  ProductCatalogue,
  type ProductsFound,
  type ProductsWanted,
} from '../views/product-catalogue.ts';

/** Finds products in this replica's catalogue, which may be a moment behind. */
@injectable()
export class SearchProducts implements QueryHandler<ProductsWanted, ProductsFound> {
  constructor(@inject(ProductCatalogue) private readonly catalogue: ProductCatalogue) {}

  answer(wanted: ProductsWanted): ProductsFound {
    return this.catalogue.search(wanted);
  }
}
