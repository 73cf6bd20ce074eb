import { type ProductState, productState } from '../../contracts/product/fields.ts';
import { productStream } from '../../contracts/product/stream.ts';
import { placeOf } from '../../contracts/streams.ts';
import { inject, injectable } from '../../infra/di/token.ts';
import { RetryLater } from '../../infra/pipeline/errors.ts';
import { Backlog, StatesOf } from '../../infra/pipeline/ports.ts';
import { recordReader } from '../../infra/pipeline/state-record.ts';
import type { Products, SoldProduct } from './products.ts';
import { ProductPrices } from './views/product-prices.ts';

const readRecord = recordReader<ProductState>(productState);

/** How long to wait for products that are on their way. */
const pauseMs = 100;

/**
 * Knows products from a view of the product service's states, and asks further before it says no.
 *
 * A view may be behind, so that it lacks a product, or still calls one removed that was added again,
 * proves nothing. In this order: wait until the product service has handled whatever was published
 * for this id before the question; then read the state itself, which by now has it. The other way
 * round, an add between the two steps would be missed.
 */
@injectable()
export class KnownProducts implements Products {
  constructor(
    @inject(ProductPrices) private readonly prices: ProductPrices,
    @inject(Backlog) private readonly backlog: Backlog,
    @inject(StatesOf) private readonly statesOf: StatesOf,
  ) {}

  async find(productId: string, askedAt: number): Promise<SoldProduct | undefined> {
    const known = this.prices.get(productId);
    if (known) return known;
    if (await this.backlog.hasPendingBefore(productStream, productId, askedAt)) {
      throw new RetryLater(pauseMs, 'the product may have been added and is on its way');
    }
    return this.read(productId);
  }

  async soldNow(productId: string): Promise<SoldProduct | undefined> {
    return this.prices.get(productId) ?? this.read(productId);
  }

  private async read(productId: string): Promise<SoldProduct | undefined> {
    const stored = await this.statesOf(productStream).read(placeOf(productStream, productId));
    return stored ? (readRecord(stored.record).state.product ?? undefined) : undefined;
  }
}
