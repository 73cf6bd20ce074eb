import { CartAdd } from '../../../src/contracts/cart/cart-add.ts';
import type { OutgoingEvent } from '../../../src/contracts/define-event.ts';
import type { ServiceModel } from '../checker/check.ts';
import { type CartEntry, cartModel, ledgerModel } from '../checker/models.ts';
import { type Act, LedgerWrite } from '../service/contract.ts';

/** A service that faults strike: what is sent to it, and what must become of that. */
export interface Subject {
  readonly service: 'ledger' | 'cart';
  readonly stream: string;
  /** Without an order, events that are tried again wait in a stream of their own, and order is not judged. */
  readonly ordering: 'key' | 'none';
  readonly model: ServiceModel;
  /** The event number `n` of a key, which has this name and number. */
  event(name: string, key: number, n: number, act: Act | undefined): OutgoingEvent;
}

/** What the carts are filled with. */
export const productIds = ['tea', 'milk', 'bread', 'whole milk'] as const;

const entryOf = (key: number, n: number): CartEntry => ({
  productId: productIds[(key + n * 7) % productIds.length] ?? '',
  quantity: 1 + (n % 3),
});

export const subjects: Readonly<Record<Subject['service'], Subject>> = {
  ledger: {
    service: 'ledger',
    stream: 'LEDGER',
    ordering: 'key',
    model: ledgerModel,
    event: (key, _, n, act) => LedgerWrite({ key, n, ...(act ? { act } : {}) }),
  },
  cart: {
    service: 'cart',
    stream: 'CART',
    ordering: 'key',
    model: cartModel(entryOf),
    event: (userId, key, n) => CartAdd({ userId, ...entryOf(key, n) }),
  },
};
