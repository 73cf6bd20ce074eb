import { z } from 'zod';
import { product } from '../../contracts/product/fields.ts';
import { ProductGet, ProductSearch } from '../../contracts/product/queries.ts';
import type { GatewayApp } from '../edge/create-app.ts';
import { Problem } from '../problems/problem.ts';
import { problems } from './answers.ts';
import { apiSchemas } from './api-schemas.ts';
import { productPath, wholeNumber } from './parameters.ts';
import type { RouteContext } from './route-context.ts';

/** The question of `product.search` as a query string; a test holds the two together. */
export const searchQuery = z.strictObject({
  search: z
    .string()
    .max(200)
    .default('')
    .register(apiSchemas, { description: 'Words, their beginnings, or nearly so' }),
  minPrice: wholeNumber(0, Number.MAX_SAFE_INTEGER, { description: 'In minor units' }).optional(),
  maxPrice: wholeNumber(0, Number.MAX_SAFE_INTEGER, { description: 'In minor units' }).optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'an ISO 4217 code such as EUR')
    .optional(),
  offset: wholeNumber(0, 10_000, { description: 'How many to leave out; 0 unless given' }).default(
    0,
  ),
  limit: wholeNumber(1, 100, { description: 'How many at most; 20 unless given' }).default(20),
});

const found = z.object({ total: z.int(), products: z.array(product) });

/** What the shop sells; open to everybody. */
export const addProductReadingRoutes = (app: GatewayApp, context: RouteContext): void => {
  addProductSearch(app, context);
  addProductGet(app, context);
};

const addProductSearch = (app: GatewayApp, context: RouteContext): void => {
  const schema = {
    operationId: 'searchProducts',
    tags: ['products'],
    summary: 'Search products',
    description: 'Ranked; without `search`, all products by name.',
    querystring: searchQuery,
    response: { 200: found, ...problems(400, 502) },
  };
  app.get('/products', { schema, preHandler: context.requireBus }, ({ query }) => {
    const { search, ...filters } = query;
    return context.queries.ask(ProductSearch, { text: search, ...filters });
  });
};

const addProductGet = (app: GatewayApp, context: RouteContext): void => {
  const schema = {
    operationId: 'getProduct',
    tags: ['products'],
    summary: 'Read a product',
    params: productPath,
    response: { 200: product, ...problems(400, 404, 502) },
  };
  app.get('/products/:id', { schema, preHandler: context.requireBus }, async ({ params }) => {
    const answer = await context.queries.ask(ProductGet, { productId: params.id });
    if (!answer.product) throw new Problem('unknown-product', 'the shop sells no such product');
    return answer.product;
  });
};
