import { ProductAdd } from '../../contracts/product/product-add.ts';
import { ProductRemove } from '../../contracts/product/product-remove.ts';
import { ProductUpdate } from '../../contracts/product/product-update.ts';
import { ProductGet, ProductSearch } from '../../contracts/product/queries.ts';
import { productStream } from '../../contracts/product/stream.ts';
import { defineService, view } from '../../infra/pipeline/define-service.ts';
import { answers, on } from '../../infra/pipeline/handler.ts';
import { AddProduct } from './handlers/add-product.ts';
import { RemoveProduct } from './handlers/remove-product.ts';
import { UpdateProduct } from './handlers/update-product.ts';
import { GetProduct } from './queries/get-product.ts';
import { SearchProducts } from './queries/search-products.ts';
import { productState } from './state.ts';
import { MiniSearchCatalogue } from './views/mini-search-catalogue.ts';
import { ProductCatalogue } from './views/product-catalogue.ts';

/** What the shop sells, and for how much. */
export const product = defineService({
  stream: productStream,
  state: productState,
  routes: [
    on(ProductAdd, AddProduct),
    on(ProductUpdate, UpdateProduct),
    on(ProductRemove, RemoveProduct),
  ],
  queries: [answers(ProductGet, GetProduct), answers(ProductSearch, SearchProducts)],
  views: [view(productStream, productState.schema, ProductCatalogue, MiniSearchCatalogue)],
});
