import { randomUUID } from 'node:crypto';
import type { JetStreamManager } from 'nats';
import { CartAdd } from '../../src/contracts/cart/cart-add.ts';
import { cartStream } from '../../src/contracts/cart/stream.ts';
import { ProductAdd } from '../../src/contracts/product/product-add.ts';
import { productStream } from '../../src/contracts/product/stream.ts';
import type { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { fillStream } from '../flood/fill-stream.ts';
import { newEnvelope } from '../new-envelope.ts';
import { type Patience, within } from '../within.ts';
import { WorkerProcess } from '../worker-process.ts';

const products = ['tea', 'milk', 'bread', 'salt', 'rice'];
const users = 1_000;

/** Lets a product worker take up what carts are filled with. */
export const addProducts = async (
  bus: NatsBus,
  manager: JetStreamManager,
  { url, signal }: { readonly url: string; readonly signal: AbortSignal },
): Promise<void> => {
  const price = { amount: 199, currency: 'EUR' };
  for (const productId of products) {
    const event = ProductAdd({ productId, name: productId, description: '', price });
    await bus.publisher.publish(event, newEnvelope(randomUUID(), ProductAdd.type));
  }
  await using worker = await WorkerProcess.start({ service: 'product', url });
  const filter = { subjects_filter: 'state.product.>' };
  const areThere = async (): Promise<boolean> => {
    const { state } = await manager.streams.info(productStream.name, filter);
    return Object.keys(state.subjects ?? {}).length === products.length;
  };
  await within(areThere, { ...patience(signal), otherwise: 'the products are not taken up' });
  await worker.stop();
};

/** Puts so many additions to a thousand carts into the stream. */
export const fillCarts = (bus: NatsBus, events: number): Promise<void> =>
  fillStream(bus, cartStream, events, (index) =>
    CartAdd({
      userId: `u${index % users}`,
      productId: products[Math.floor(index / users) % products.length] ?? '',
      quantity: 1,
    }),
  );

/** How many of them are acknowledged. */
export const cartsDone = async (manager: JetStreamManager, events: number): Promise<number> => {
  let left = 0;
  for await (const consumer of manager.consumers.list(cartStream.name)) {
    if (consumer.name.startsWith('cart-')) left += consumer.num_pending + consumer.num_ack_pending;
  }
  return events - left;
};

export const patience = (signal: AbortSignal): Omit<Patience, 'otherwise'> => ({
  ms: 60_000,
  everyMs: 200,
  signal,
});
