import { expect, test } from 'vitest';
import { CartItemAdded } from '../../../src/contracts/cart/cart-item-added.ts';
import { CartItemRemoved } from '../../../src/contracts/cart/cart-item-removed.ts';
import { startGateway } from './support/gateway.ts';
import { line, price, send } from './support/requests.ts';

const quantity = 2;
const nextTurn = <T>(value: T): Promise<T> =>
  new Promise((resolve) => setImmediate(() => setImmediate(() => resolve(value))));

test('without an outcome in time the answer is 202, as without the preference', async () => {
  const gateway = await startGateway();

  const waiting = send(gateway, 'addItem');
  await gateway.clock.awaited();
  gateway.clock.turn(4999);
  const early = await Promise.race([waiting, nextTurn('still waiting')]);
  gateway.clock.turn(1);
  const answer = await waiting;

  expect(early).toBe('still waiting');
  expect(answer.statusCode).toBe(202);
  expect(answer.headers['preference-applied']).toBe('wait=5');
  expect(answer.json()).toMatchObject({ type: 'cart.add', status: 'accepted' });
  expect(gateway.clock.pending).toBe(0);
});

test('an outcome that comes while somebody waits is answered at once, and leaves no timer', async () => {
  const gateway = await startGateway();

  const waiting = send(gateway, 'addItem');
  await gateway.clock.awaited();
  const [sent] = gateway.bus.sent;
  if (sent) gateway.bus.fact(sent.envelope, CartItemAdded({ ...line, quantity, total: 2, price }));

  expect((await waiting).statusCode).toBe(201);
  expect(gateway.clock.pending).toBe(0);
});

test("the outcome of somebody else's event is not mine", async () => {
  const gateway = await startGateway();
  gateway.bus.onPublish = ({ envelope }) =>
    gateway.bus.fact({ ...envelope, id: 'other' }, CartItemRemoved({ ...line, quantity }));

  const waiting = send(gateway, 'addItem');
  await gateway.clock.awaited();
  gateway.clock.turn(5000);

  expect((await waiting).statusCode).toBe(202);
});

test.each([
  ['wait=100', 'wait=30'],
  ['respond-async, wait=2', 'wait=2'],
  ['wait="3"; foo', 'wait=3'],
  ['WAIT = 4', 'wait=4'],
  ['wait=0', undefined],
  ['wait=soon', undefined],
  ['wait=-1', undefined],
  ['await=3', undefined],
  ['return=minimal', undefined],
])('Prefer: %s is applied as %s', async (prefer, applied) => {
  const gateway = await startGateway();

  const waiting = send(gateway, 'addItem', { prefer });
  await Promise.race([waiting, gateway.clock.awaited()]);
  gateway.clock.turn(30_000);
  const answer = await waiting;

  expect(answer.statusCode).toBe(202);
  expect(answer.headers['preference-applied']).toBe(applied);
});

test('closing lets those who wait go with 202, and leaves no timer', async () => {
  const gateway = await startGateway();

  const waiting = send(gateway, 'addItem');
  await gateway.clock.awaited();
  const closed = gateway.app.close();
  const answer = await waiting;
  await closed;

  expect(answer.statusCode).toBe(202);
  expect(gateway.clock.pending).toBe(0);
});
