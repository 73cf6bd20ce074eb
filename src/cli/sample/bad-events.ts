import { cartStream } from '../../contracts/cart/stream.ts';
import { placeOf } from '../../contracts/streams.ts';
import type { Random } from './random.ts';
import type { SampleEvent } from './sample-event.ts';
import type { Shopper } from './shoppers.ts';

/** What one mistake is made of: somebody, something. */
interface Scene {
  readonly userId: string;
  readonly productId: string;
}

const product = { productId: 'mistake', name: 'Something', description: '' };
const price = { amount: 990, currency: 'EUR' };

/** Each is refused by its contract, for a reason of its own. */
const mistakes: readonly ((scene: Scene) => SampleEvent)[] = [
  (scene) => ({ type: 'cart.add', data: { ...scene, quantity: 1.5 } }),
  (scene) => ({ type: 'cart.add', data: { ...scene, quantity: '2' } }),
  (scene) => ({ type: 'cart.add', data: { ...scene } }),
  ({ userId }) => ({ type: 'cart.add', data: { userId, quantity: 1 } }),
  ({ productId }) => ({ type: 'cart.add', data: { productId, quantity: 1 } }),
  ({ userId }) => ({ type: 'cart.remove', data: { userId, productId: '   ' } }),
  (scene) => ({ type: 'cart.update', data: { ...scene, quantity: null } }),
  (scene) => ({ type: 'cart.steal', data: { ...scene, quantity: 1 } }),
  (scene) => ({ type: 'cart.add', dataversion: 7, data: { ...scene, quantity: 1 } }),
  () => ({ type: 'cart.add' }),
  () => ({ type: 'cart.add', data: ['u1', 'p1', 1] }),
  ({ userId }) => ({ type: 'cart.add', data: `userId=${userId}&quantity=1` }),
  () => ({ type: 'product.add', data: product }),
  () => ({ type: 'product.add', data: { ...product, price: '9,90' } }),
  () => ({ type: 'product.add', data: { ...product, price: { ...price, amount: -1 } } }),
  () => ({ type: 'product.add', data: { ...product, price: { ...price, currency: 'euro' } } }),
  () => ({ type: 'product.add', dataversion: 3, data: { ...product, price } }),
  () => ({ type: 'product.add', data: { ...product, name: ' ', price } }),
  ({ productId }) => ({ type: 'product.update', data: { productId } }),
  ({ productId }) => ({ type: 'product.explode', data: { productId } }),
];

/** Published under somebody else's key, one that falls into another partition. */
const underWrongKey = (
  { userId, productId }: Scene,
  others: readonly Shopper[],
): SampleEvent | undefined => {
  const home = placeOf(cartStream, userId).partition;
  const other = others.find(
    (candidate) => placeOf(cartStream, candidate.userId).partition !== home,
  );
  return other
    ? { type: 'cart.add', partitionkey: other.userId, data: { userId, productId, quantity: 1 } }
    : undefined;
};

/** Mistakes of producers, each kind in turn; without an end. */
export function* badEvents(
  shoppers: readonly Shopper[],
  productIds: readonly string[],
  random: Random,
): Generator<SampleEvent, never> {
  for (;;) {
    for (const mistake of mistakes) {
      const scene = { userId: random.pick(shoppers).userId, productId: random.pick(productIds) };
      yield mistake(scene);
    }
    const scene = { userId: random.pick(shoppers).userId, productId: random.pick(productIds) };
    const misplaced = underWrongKey(scene, shoppers);
    if (misplaced) yield misplaced;
  }
}
