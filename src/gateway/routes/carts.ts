import { z } from 'zod';
import { CartAdd } from '../../contracts/cart/cart-add.ts';
import { CartRemove } from '../../contracts/cart/cart-remove.ts';
import { CartUpdate } from '../../contracts/cart/cart-update.ts';
import { cartItem, quantity } from '../../contracts/cart/fields.ts';
import { CartGet, cart } from '../../contracts/cart/queries.ts';
import { callerOf, requireCaller } from '../auth/caller.ts';
import type { GatewayApp } from '../edge/create-app.ts';
import { doneAnswer, otherWriteAnswers, problems, writeHeaders } from './answers.ts';
import { ownerOf } from './owner-of.ts';
import { cartItemPath } from './parameters.ts';
import { replyToWrite } from './reply-to-write.ts';
import type { RouteContext } from './route-context.ts';

const resource = '/carts/me';
const item = z.strictObject({ productId: cartItem.productId, quantity });
const newQuantity = z.strictObject({ quantity });

const about = { tags: ['carts'], security: [{ bearer: [] }] };
const aboutWrite = { ...about, headers: writeHeaders };

/** The caller's own cart. */
export const addCartRoutes = (app: GatewayApp, context: RouteContext): void => {
  addCartGet(app, context);
  addItemAdd(app, context);
  addItemUpdate(app, context);
  addItemRemove(app, context);
};

const guard = ({ tokens, requireBus }: RouteContext) => ({
  onRequest: requireCaller(tokens),
  preHandler: requireBus,
});

const addCartGet = (app: GatewayApp, context: RouteContext): void => {
  const operation = { operationId: 'getCart', summary: 'Read the own cart, with totals' };
  const schema = { ...about, ...operation, response: { 200: cart, ...problems(401, 502) } };
  app.get('/carts/me', { schema, ...guard(context) }, async (request) => {
    const answer = await context.queries.ask(CartGet, { userId: callerOf(request).userId });
    return answer.cart;
  });
};

const addItemAdd = (app: GatewayApp, context: RouteContext): void => {
  const operation = {
    operationId: 'addCartItem',
    summary: 'Put pieces of a product into the cart',
  };
  const schema = {
    ...aboutWrite,
    ...operation,
    body: item,
    response: { 201: doneAnswer, ...otherWriteAnswers(401, 409) },
  };
  app.post('/carts/me/items', { schema, ...guard(context) }, async (request, reply) => {
    const { userId } = callerOf(request);
    const event = () => CartAdd({ userId, ...request.body });
    const answer = await context.writes.submit({
      request,
      owner: ownerOf(request),
      event,
      resource,
    });
    return replyToWrite(reply, answer);
  });
};

const addItemUpdate = (app: GatewayApp, context: RouteContext): void => {
  const operation = { operationId: 'updateCartItem', summary: 'Set the quantity of a product' };
  const response = { 200: doneAnswer, ...otherWriteAnswers(401, 404) };
  const schema = { ...aboutWrite, ...operation, params: cartItemPath, body: newQuantity, response };
  app.patch('/carts/me/items/:productId', { schema, ...guard(context) }, async (request, reply) => {
    const { userId } = callerOf(request);
    const event = () => CartUpdate({ userId, ...request.params, ...request.body });
    const answer = await context.writes.submit({
      request,
      owner: ownerOf(request),
      event,
      resource,
    });
    return replyToWrite(reply, answer);
  });
};

const addItemRemove = (app: GatewayApp, context: RouteContext): void => {
  const operation = { operationId: 'removeCartItem', summary: 'Take a product out of the cart' };
  const response = { 200: doneAnswer, ...otherWriteAnswers(401, 404) };
  const schema = { ...aboutWrite, ...operation, params: cartItemPath, response };
  app.delete(
    '/carts/me/items/:productId',
    { schema, ...guard(context) },
    async (request, reply) => {
      const { userId } = callerOf(request);
      const event = () => CartRemove({ userId, ...request.params });
      const answer = await context.writes.submit({
        request,
        owner: ownerOf(request),
        event,
        resource,
      });
      return replyToWrite(reply, answer);
    },
  );
};
