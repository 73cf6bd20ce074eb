import { expect, test } from 'vitest';
import { CartAddRejected } from '../../../src/contracts/cart/cart-add-rejected.ts';
import { CartItemAdded } from '../../../src/contracts/cart/cart-item-added.ts';
import { CartItemRemoved } from '../../../src/contracts/cart/cart-item-removed.ts';
import { CartItemUpdated } from '../../../src/contracts/cart/cart-item-updated.ts';
import { CartRemoveRejected } from '../../../src/contracts/cart/cart-remove-rejected.ts';
import { CartUpdateRejected } from '../../../src/contracts/cart/cart-update-rejected.ts';
import type { OutgoingEvent } from '../../../src/contracts/define-event.ts';
import { ProductAddRejected } from '../../../src/contracts/product/product-add-rejected.ts';
import { ProductAdded } from '../../../src/contracts/product/product-added.ts';
import { ProductPriceChanged } from '../../../src/contracts/product/product-price-changed.ts';
import { ProductRemovalRejected } from '../../../src/contracts/product/product-removal-rejected.ts';
import { ProductRemoved } from '../../../src/contracts/product/product-removed.ts';
import { ProductUpdateRejected } from '../../../src/contracts/product/product-update-rejected.ts';
import { ProductUpdated } from '../../../src/contracts/product/product-updated.ts';
import { UserRegistrationRejected } from '../../../src/contracts/user/user-registration-rejected.ts';
import { outcomeStatus } from '../../../src/gateway/outcomes/outcome-status.ts';
import { messageOf } from './support/fake-bus.ts';
import { startGateway } from './support/gateway.ts';
import { line, mug, price, type requests, send } from './support/requests.ts';

const message = 'a sentence for people';

const good: [keyof typeof requests, OutgoingEvent, number, string | undefined][] = [
  ['addProduct', ProductAdded(mug), 201, '/products/mug'],
  ['updateProduct', ProductUpdated(mug), 200, undefined],
  ['updateProduct', ProductPriceChanged({ ...mug, previousPrice: price }), 200, undefined],
  ['removeProduct', ProductRemoved({ productId: 'mug' }), 200, undefined],
  ['addItem', CartItemAdded({ ...line, quantity: 2, total: 2, price }), 201, '/carts/me'],
  ['updateItem', CartItemUpdated({ ...line, quantity: 2, previousQuantity: 1 }), 200, undefined],
  ['removeItem', CartItemRemoved({ ...line, quantity: 2 }), 200, undefined],
];

test.each(good)(
  '%s that led to the fact %o is answered %i',
  async (name, fact, status, location) => {
    const gateway = await startGateway();
    gateway.bus.onPublish = ({ envelope }) => gateway.bus.fact(envelope, fact);

    const answer = await send(gateway, name);

    expect(answer.statusCode).toBe(status);
    expect(answer.headers['preference-applied']).toBe('wait=5');
    expect(answer.headers['location']).toBe(location);
    const [sent] = gateway.bus.sent;
    expect(answer.json()).toEqual({
      id: sent?.envelope.id,
      type: sent?.envelope.type,
      status: 'done',
      fact: { type: fact.contract.type, data: fact.data },
    });
  },
);

const quantity = 2;
const bad: [keyof typeof requests, OutgoingEvent, number, string][] = [
  [
    'register',
    UserRegistrationRejected({ username: 'ann', reason: 'username-taken', message }),
    409,
    'username-taken',
  ],
  [
    'addProduct',
    ProductAddRejected({ productId: 'mug', reason: 'product-exists', message }),
    409,
    'product-exists',
  ],
  [
    'updateProduct',
    ProductUpdateRejected({ productId: 'mug', reason: 'unknown-product', message }),
    404,
    'unknown-product',
  ],
  [
    'removeProduct',
    ProductRemovalRejected({ productId: 'mug', reason: 'unknown-product', message }),
    404,
    'unknown-product',
  ],
  ...(
    [
      ['unknown-product', 422],
      ['quantity-out-of-bounds', 422],
      ['too-many-products', 409],
      ['currency-differs', 409],
    ] as const
  ).map(([reason, status]): (typeof bad)[number] => [
    'addItem',
    CartAddRejected({ ...line, quantity, reason, message }),
    status,
    reason,
  ]),
  [
    'updateItem',
    CartUpdateRejected({ ...line, quantity, reason: 'not-in-cart', message }),
    404,
    'not-in-cart',
  ],
  [
    'updateItem',
    CartUpdateRejected({ ...line, quantity, reason: 'quantity-out-of-bounds', message }),
    422,
    'quantity-out-of-bounds',
  ],
  [
    'removeItem',
    CartRemoveRejected({ ...line, reason: 'not-in-cart', message }),
    404,
    'not-in-cart',
  ],
];

test.each(bad)('%s that was rejected with %o is answered %i', async (name, fact, status, kind) => {
  const gateway = await startGateway();
  gateway.bus.onPublish = ({ envelope }) => gateway.bus.fact(envelope, fact);

  const answer = await send(gateway, name);

  const [sent] = gateway.bus.sent;
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['preference-applied']).toBe('wait=5');
  expect(answer.json()).toMatchObject({
    type: `/problems/${kind}`,
    status,
    detail: message,
    event: { id: sent?.envelope.id, type: sent?.envelope.type },
  });
});

test('the two tables above leave out no fact that the gateway knows', () => {
  const tried = [...good, ...bad].map(([, fact]) => fact.contract.type);

  expect(new Set([...tried, 'user.registered'])).toEqual(new Set(Object.keys(outcomeStatus)));
});

test.each([
  ['invalid-data', 422, 'quantity: no'],
  ['wrong-key', 422, 'quantity: no'],
  ['permanent', 500, 'the event was set aside'],
  ['exhausted', 500, 'the event was set aside'],
  ['unsupported-version', 500, 'the event was set aside'],
  ['something-new', 500, 'the event was set aside'],
])('a dead letter with the reason %s is answered %i', async (reason, status, detail) => {
  const gateway = await startGateway();
  gateway.bus.onPublish = (sent) => gateway.bus.dead(sent, reason, 'quantity: no');

  const answer = await send(gateway, 'addItem');

  expect(answer.statusCode).toBe(status);
  expect(answer.json()).toMatchObject({
    type: `/problems/${reason === 'something-new' ? 'permanent' : reason}`,
    detail,
    event: { id: gateway.bus.sent[0]?.envelope.id },
  });
});

test('of several facts the first one is the outcome', async () => {
  const gateway = await startGateway();
  gateway.bus.onPublish = ({ envelope }) => {
    gateway.bus.fact(envelope, ProductUpdated(mug));
    gateway.bus.fact(envelope, ProductPriceChanged({ ...mug, previousPrice: price }));
  };

  const first = await send(gateway, 'updateProduct', { prefer: 'wait=5', 'idempotency-key': 'k' });
  const again = await send(gateway, 'updateProduct', { prefer: 'wait=5', 'idempotency-key': 'k' });

  expect(first.json().fact.type).toBe('product.updated');
  expect(again.json()).toEqual(first.json());
});

test('a fact of a newer service that the table does not have is a good end', async () => {
  const gateway = await startGateway();
  gateway.bus.onPublish = ({ envelope }) => {
    const headers = { 'ce-causationid': envelope.id, 'ce-id': 'x', 'ce-type': 'cart.item-wrapped' };
    gateway.bus.store(messageOf('fact.cart.0.item-wrapped', headers, '{"paper":"red"}'));
  };

  const answer = await send(gateway, 'addItem');

  expect(answer.statusCode).toBe(200);
  expect(answer.json().fact).toEqual({ type: 'cart.item-wrapped', data: { paper: 'red' } });
});

test('a rejection for a reason that the table does not have is 409', async () => {
  const gateway = await startGateway();
  gateway.bus.onPublish = ({ envelope }) => {
    const headers = { 'ce-causationid': envelope.id, 'ce-id': 'x', 'ce-type': 'cart.add-rejected' };
    const body = JSON.stringify({ reason: 'full-moon', message: 'not today' });
    gateway.bus.store(messageOf('fact.cart.0.add-rejected', headers, body));
  };

  const answer = await send(gateway, 'addItem');

  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toMatchObject({ type: '/problems/rejected', detail: 'not today' });
});

test("what cannot be read under these subjects is nobody's outcome", async () => {
  const gateway = await startGateway();
  const { bus, clock } = gateway;
  bus.onPublish = ({ envelope }) => {
    const headers = { 'ce-causationid': envelope.id };
    bus.store(messageOf('fact.cart.0.item-added', headers, 'no JSON'));
    bus.store(messageOf('fact.cart', headers, '{}'));
    bus.store(messageOf('fact.cart.0.item-added', {}, '{}'));
  };

  const waiting = send(gateway, 'addItem');
  await clock.awaited();
  clock.turn(5000);

  expect((await waiting).statusCode).toBe(202);
});
