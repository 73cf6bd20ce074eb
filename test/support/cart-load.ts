import { CartAdd } from '../../src/contracts/cart/cart-add.ts';
import { CartGet } from '../../src/contracts/cart/queries.ts';
import { cartStream } from '../../src/contracts/cart/stream.ts';
import { ProductAdd } from '../../src/contracts/product/product-add.ts';
import { subjectsOf } from '../../src/contracts/streams.ts';
import type { Bus } from '../../src/infra/pipeline/ports.ts';
import { product } from '../../src/workers/product/service.ts';
import type { NatsServer } from './nats-server.ts';
import { contentsOf, publish, startOnServer } from './running-service.ts';
import { soon } from './soon.ts';

/** Adds to carts, whose contents do not depend on the order of the adds. */
export interface CartLoad {
  readonly events: number;
  readonly users: number;
}

const productIds = ['tea', 'milk', 'bread', 'whole milk'] as const;

const addOf = (n: number, users: number) => ({
  userId: `user ${n % users}`,
  productId: productIds[(n * 7) % productIds.length] ?? '',
  quantity: 1 + (n % 3),
});

const idOf = (n: number): string => `add-${n}`;

/** Lets the product service add what the load is about; then it is no longer needed. */
export const addProducts = async (server: NatsServer): Promise<void> => {
  await using products = await startOnServer(product, server);
  const price = { amount: 100, currency: 'EUR' };
  for (const productId of productIds) {
    const event = ProductAdd({ productId, name: productId, description: '', price });
    await publish(products.bus, event, `product-${productId}`);
  }
  const { facts } = subjectsOf(product.stream);
  await soon(async () => {
    if ((await contentsOf(products.bus, product.stream, facts)).length < productIds.length) {
      throw new Error('not all products are there yet');
    }
  });
};

/** Publishes the load or a part of it, so many events at a time. */
export const publishLoad = async (
  bus: Bus,
  { events, users }: CartLoad,
  { from = 0, to = events } = {},
): Promise<void> => {
  let next = from;
  const publishSome = async (): Promise<void> => {
    for (let n = next++; n < to; n = next++) {
      await publish(bus, CartAdd(addOf(n, users)), idOf(n));
    }
  };
  await Promise.all(Array.from({ length: 32 }, publishSome));
};

/** What happened to the load: how often each event caused a fact, and the fact's name. */
export const factsByCause = async (bus: Bus): Promise<Map<string, string[]>> => {
  const causes = new Map<string, string[]>();
  for (const message of await contentsOf(bus, cartStream, subjectsOf(cartStream).facts)) {
    const cause = message.header('ce-causationid') ?? '';
    causes.set(cause, [...(causes.get(cause) ?? []), message.header('ce-type') ?? '']);
  }
  return causes;
};

/** The facts that each event must have: exactly one. */
export const expectedFacts = ({ events }: CartLoad): Map<string, string[]> =>
  new Map(Array.from({ length: events }, (_, n) => [idOf(n), ['cart.item-added']]));

/** Contents by user and product, straight from the load. */
export const expectedCarts = ({ events, users }: CartLoad): Record<string, number> => {
  const carts: Record<string, number> = {};
  for (let n = 0; n < events; n++) {
    const { userId, productId, quantity } = addOf(n, users);
    const line = `${userId}: ${productId}`;
    carts[line] = (carts[line] ?? 0) + quantity;
  }
  return carts;
};

/** The same as the service tells it. */
export const actualCarts = async (
  bus: Bus,
  { users }: CartLoad,
): Promise<Record<string, number>> => {
  const carts: Record<string, number> = {};
  for (let user = 0; user < users; user++) {
    const { cart } = await bus.queries.ask(CartGet, { userId: `user ${user}` });
    for (const { productId, quantity } of cart.items) {
      carts[`user ${user}: ${productId}`] = quantity;
    }
  }
  return carts;
};
