import type { TestGateway } from './gateway.ts';

export const price = { amount: 950, currency: 'EUR' };
export const mug = { productId: 'mug', name: 'Mug', description: '', price };
export const line = { userId: 'id-cleo', productId: 'mug' };
/** One request for every write. */
export const requests = {
  register: ['POST', '/users', { username: 'ann', password: '12345678', email: 'a@example.org' }],
  addProduct: ['POST', '/products', mug],
  updateProduct: ['PATCH', '/products/mug', { price }],
  removeProduct: ['DELETE', '/products/mug', undefined],
  addItem: ['POST', '/carts/me/items', { productId: 'mug', quantity: 2 }],
  updateItem: ['PATCH', '/carts/me/items/mug', { quantity: 2 }],
  removeItem: ['DELETE', '/carts/me/items/mug', undefined],
} as const;

/** Sends one of them as somebody who may do everything. */
export const send = async (
  { app, bearer }: TestGateway,
  name: keyof typeof requests,
  headers: Record<string, string> = { prefer: 'wait=5' },
) => {
  const [method, url, payload] = requests[name];
  return app.inject({
    method,
    url,
    headers: { ...(await bearer('cleo')), ...headers },
    ...(payload && { payload }),
  });
};
