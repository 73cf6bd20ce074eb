import { ProductPriceChanged } from '../../../src/contracts/product/product-price-changed.ts';
import { productStream } from '../../../src/contracts/product/stream.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import type { InboundMessage } from '../../../src/infra/pipeline/delivery.ts';

/** How the broker is reached from outside. */
export interface BrokerAddress {
  readonly servers: readonly string[];
  readonly nkeyFile: string;
}

/** What the stream says became of prices. */
export interface StoredPrices {
  /** The prices of each product, in the stream's order. */
  readonly prices: ReadonlyMap<string, readonly number[]>;
  /** The longest that a request lay in the stream until its fact did, in milliseconds. */
  readonly slowestMs: number;
  readonly facts: number;
}

/** Reads all facts of prices, and the request events that caused them. */
export const readPrices = async (broker: BrokerAddress): Promise<StoredPrices> => {
  await using bus = await NatsBus.connect({
    ...broker,
    name: 'verify',
    replicas: 1,
    storage: 'file',
  });
  const requestedAt = new Map<string, number>();
  await readAll(bus, 'in.product.*.update', (message) => {
    requestedAt.set(message.header('ce-id') ?? '', message.storedAt);
  });
  const prices = new Map<string, number[]>();
  let slowestMs = 0;
  let facts = 0;
  await readAll(bus, 'fact.product.*.price-changed', (message) => {
    const { productId, price } = ProductPriceChanged.data.parse(
      JSON.parse(Buffer.from(message.body).toString('utf8')),
    );
    prices.set(productId, [...(prices.get(productId) ?? []), price.amount]);
    const askedAt = requestedAt.get(message.header('ce-causationid') ?? '');
    slowestMs = Math.max(slowestMs, message.storedAt - (askedAt ?? message.storedAt));
    facts++;
  });
  return { prices, slowestMs, facts };
};

const readAll = async (
  bus: NatsBus,
  filter: string,
  take: (message: InboundMessage) => void,
): Promise<void> => {
  const follower = bus.follow({ stream: productStream, filters: [filter], from: 1, take });
  await follower.caughtUp;
  await follower.stop();
};
