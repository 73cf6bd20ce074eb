import { z } from 'zod';
import { identifier, money } from '../../contracts/fields.ts';
import { token } from '../../infra/di/token.ts';
import type { KeyStates } from '../../infra/pipeline/define-service.ts';

const item = z.object({
  productId: identifier,
  quantity: z.int().positive(),
  /** What a piece cost when the cart last heard of it; `cart.get` asks for today's. */
  price: money,
});
export type CartItem = z.infer<typeof item>;

// A list, not an object by product id: `__proto__` is a good product id.
const schema = z.object({ items: z.array(item) });
export type CartState = z.infer<typeof schema>;

const initial: CartState = { items: [] };

export const CartStates = token<KeyStates<CartState>>('CartStates');

/** What is kept of each user's cart: its items, in the order in which they were first put in. */
export const cartState = { schema, initial, provides: CartStates };

export const itemOf = ({ items }: CartState, productId: string): CartItem | undefined =>
  items.find((held) => held.productId === productId);

/** The cart with this item in it: in its old place when the product was there, else at the end. */
export const withItem = ({ items }: CartState, item: CartItem): CartState => ({
  items: items.some(({ productId }) => productId === item.productId)
    ? items.map((held) => (held.productId === item.productId ? item : held))
    : [...items, item],
});

export const withoutItem = ({ items }: CartState, productId: string): CartState => ({
  items: items.filter((held) => held.productId !== productId),
});
