import { connect } from 'nats';
import { ProductAdd } from '../../../src/contracts/product/product-add.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { soon } from '../../support/soon.ts';
import type { Broker } from './broker.ts';
import { messageOf } from './load.ts';
import { programs } from './programs.ts';
import { productIds } from './subject.ts';
import { Worker } from './worker.ts';

/** Lets the real product service add what the carts are filled with. */
export const addProducts = async (broker: Broker, folder: string): Promise<void> => {
  const worker = await Worker.start({
    name: 'product',
    program: programs.product,
    environment: {
      NATS_URL: broker.urls.join(','),
      STREAM_REPLICAS: String(broker.replicas),
    },
    logFile: `${folder}/product.log`,
  });
  await worker.ready();
  const { replicas } = broker;
  const options = { name: 'catalogue', servers: broker.urls, replicas, storage: 'file' } as const;
  await using bus = await NatsBus.connect(options);
  const price = { amount: 100, currency: 'EUR' };
  for (const productId of productIds) {
    const event = ProductAdd({ productId, name: productId, description: '', price });
    const id = `product-${productId}`;
    await bus.publisher.publishRaw(messageOf(event, id), id, 30_000);
  }
  const connection = await connect({ servers: [...broker.urls] });
  const { streams } = await connection.jetstreamManager();
  await soon(async () => {
    const { state } = await streams.info('PRODUCT', { subjects_filter: 'state.product.>' });
    if (Object.keys(state.subjects ?? {}).length < productIds.length) {
      throw new Error('not all products are there yet');
    }
  }, 30_000);
  await connection.close();
  await worker.end('SIGTERM');
};
