import type { ServiceModel } from './check.ts';

/** The suite's own ledger: the numbers in the order in which they came, as runs. */
export const ledgerModel: ServiceModel = {
  stateAfter: (_key, numbers) => {
    const runs: [number, number][] = [];
    for (const n of numbers) {
      const last = runs.at(-1);
      if (last && last[1] + 1 === n) last[1] = n;
      else runs.push([n, n]);
    }
    return { count: numbers.length, runs };
  },
  essence: (state) => state,
};

/** What each event of the load puts into a cart. */
export interface CartEntry {
  readonly productId: string;
  readonly quantity: number;
}

/** The shop's cart: how many of which product, in the order in which they were first put in. */
export const cartModel = (entryOf: (key: number, n: number) => CartEntry): ServiceModel => ({
  stateAfter: (key, numbers) => {
    const items = new Map<string, number>();
    for (const n of numbers) {
      const { productId, quantity } = entryOf(key, n);
      items.set(productId, (items.get(productId) ?? 0) + quantity);
    }
    return [...items];
  },
  essence: (state) => {
    const { items } = state as { items: { productId: string; quantity: number }[] };
    return items.map(({ productId, quantity }) => [productId, quantity]);
  },
});
