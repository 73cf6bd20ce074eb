import { CartAddRejected } from '../../contracts/cart/cart-add-rejected.ts';
import { CartItemAdded } from '../../contracts/cart/cart-item-added.ts';
import { CartItemRemoved } from '../../contracts/cart/cart-item-removed.ts';
import { CartItemUpdated } from '../../contracts/cart/cart-item-updated.ts';
import { CartRemoveRejected } from '../../contracts/cart/cart-remove-rejected.ts';
import { CartUpdateRejected } from '../../contracts/cart/cart-update-rejected.ts';
import type { InvalidReason } from '../../contracts/invalid-event.ts';
import { ProductAddRejected } from '../../contracts/product/product-add-rejected.ts';
import { ProductAdded } from '../../contracts/product/product-added.ts';
import { ProductPriceChanged } from '../../contracts/product/product-price-changed.ts';
import { ProductRemovalRejected } from '../../contracts/product/product-removal-rejected.ts';
import { ProductRemoved } from '../../contracts/product/product-removed.ts';
import { ProductUpdateRejected } from '../../contracts/product/product-update-rejected.ts';
import { ProductUpdated } from '../../contracts/product/product-updated.ts';
import { UserRegistered } from '../../contracts/user/user-registered.ts';
import { UserRegistrationRejected } from '../../contracts/user/user-registration-rejected.ts';
import type { DeadReason } from '../../infra/pipeline/process.ts';

/** A status for every reason that a rejection states: the compiler misses none. */
type StatusByReason<Rejection extends { readonly reason: string }> = Readonly<
  Record<Rejection['reason'], number>
>;

/**
 * What a fact means to the one who asked for it. One line a fact.
 *
 * 404 is about the resource that the URL names; the same reason about one that the body names is 422.
 */
export const outcomeStatus = {
  [UserRegistered.type]: 201,
  [UserRegistrationRejected.type]: {
    'username-taken': 409,
  } satisfies StatusByReason<UserRegistrationRejected>,

  [ProductAdded.type]: 201,
  [ProductAddRejected.type]: {
    'product-exists': 409,
  } satisfies StatusByReason<ProductAddRejected>,
  [ProductUpdated.type]: 200,
  [ProductPriceChanged.type]: 200,
  [ProductUpdateRejected.type]: {
    'unknown-product': 404,
  } satisfies StatusByReason<ProductUpdateRejected>,
  [ProductRemoved.type]: 200,
  [ProductRemovalRejected.type]: {
    'unknown-product': 404,
  } satisfies StatusByReason<ProductRemovalRejected>,

  [CartItemAdded.type]: 201,
  [CartAddRejected.type]: {
    'unknown-product': 422,
    'quantity-out-of-bounds': 422,
    'too-many-products': 409,
    'currency-differs': 409,
  } satisfies StatusByReason<CartAddRejected>,
  [CartItemUpdated.type]: 200,
  [CartUpdateRejected.type]: {
    'not-in-cart': 404,
    'quantity-out-of-bounds': 422,
  } satisfies StatusByReason<CartUpdateRejected>,
  [CartItemRemoved.type]: 200,
  [CartRemoveRejected.type]: {
    'not-in-cart': 404,
  } satisfies StatusByReason<CartRemoveRejected>,
} as const;

/** What a dead letter means to the one who asked: 422 for what the caller sent, else 500. */
export const deadStatus = {
  undecodable: 422,
  'invalid-envelope': 422,
  'invalid-data': 422,
  'wrong-key': 422,
  // The gateway wrote the event; that the service does not know it is a matter of who was deployed first.
  'unknown-type': 500,
  'unsupported-version': 500,
  permanent: 500,
  exhausted: 500,
  expired: 500,
  crashed: 500,
} as const satisfies Record<DeadReason | InvalidReason, number>;
