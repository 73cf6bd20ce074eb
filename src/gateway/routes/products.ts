import { z } from 'zod';
import { product } from '../../contracts/product/fields.ts';
import { ProductAdd } from '../../contracts/product/product-add.ts';
import { ProductRemove } from '../../contracts/product/product-remove.ts';
import { ProductUpdate } from '../../contracts/product/product-update.ts';
import { requireRole } from '../auth/caller.ts';
import type { GatewayApp } from '../edge/create-app.ts';
import { doneAnswer, otherWriteAnswers, writeHeaders } from './answers.ts';
import { ownerOf } from './owner-of.ts';
import { productPath, strictMoney } from './parameters.ts';
import { replyToWrite } from './reply-to-write.ts';
import type { RouteContext } from './route-context.ts';

const { productId, name, description } = product.shape;

const newProduct = z.strictObject({
  productId,
  name,
  description: description.default(''),
  price: strictMoney,
});

const changes = z
  .strictObject({ name, description, price: strictMoney })
  .partial()
  .refine((body) => Object.keys(body).length > 0, 'give name, description or price');

const about = { tags: ['products'], security: [{ bearer: [] }], headers: writeHeaders };

const productUrl = (id: string): string => `/products/${encodeURIComponent(id)}`;

/** Changing what the shop sells; needs the role `catalogue`. */
export const addCatalogueRoutes = (app: GatewayApp, context: RouteContext): void => {
  addProductAdd(app, context);
  addProductUpdate(app, context);
  addProductRemove(app, context);
};

const guard = ({ tokens, requireBus }: RouteContext) => ({
  onRequest: requireRole(tokens, 'catalogue'),
  preHandler: requireBus,
});

const addProductAdd = (app: GatewayApp, context: RouteContext): void => {
  const response = { 201: doneAnswer, ...otherWriteAnswers(401, 403, 409) };
  const operation = { operationId: 'addProduct', summary: 'Add a product' };
  app.post(
    '/products',
    { schema: { ...about, ...operation, body: newProduct, response }, ...guard(context) },
    async (request, reply) => {
      const answer = await context.writes.submit({
        request,
        owner: ownerOf(request),
        event: () => ProductAdd(request.body),
        resource: productUrl(request.body.productId),
      });
      return replyToWrite(reply, answer);
    },
  );
};

const addProductUpdate = (app: GatewayApp, context: RouteContext): void => {
  const response = { 200: doneAnswer, ...otherWriteAnswers(401, 403, 404) };
  const operation = { operationId: 'updateProduct', summary: 'Change a product' };
  const schema = { ...about, ...operation, params: productPath, body: changes, response };
  app.patch('/products/:id', { schema, ...guard(context) }, async (request, reply) => {
    const { id } = request.params;
    const answer = await context.writes.submit({
      request,
      owner: ownerOf(request),
      event: () => ProductUpdate({ productId: id, ...request.body }),
      resource: productUrl(id),
    });
    return replyToWrite(reply, answer);
  });
};

const addProductRemove = (app: GatewayApp, context: RouteContext): void => {
  const response = { 200: doneAnswer, ...otherWriteAnswers(401, 403, 404) };
  const operation = { operationId: 'removeProduct', summary: 'Stop selling a product' };
  const schema = { ...about, ...operation, params: productPath, response };
  app.delete('/products/:id', { schema, ...guard(context) }, async (request, reply) => {
    const { id } = request.params;
    const answer = await context.writes.submit({
      request,
      owner: ownerOf(request),
      event: () => ProductRemove({ productId: id }),
      resource: productUrl(id),
    });
    return replyToWrite(reply, answer);
  });
};
