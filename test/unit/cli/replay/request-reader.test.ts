import { expect, test } from 'vitest';
import type { Line } from '../../../../src/cli/replay/byte-lines.ts';
import { RequestReader } from '../../../../src/cli/replay/request-reader.ts';
import { shopRequests } from '../../../../src/cli/replay/run-replay.ts';

const now = '2026-03-01T10:00:00.000Z';
const reader = (asIs = false): RequestReader =>
  new RequestReader({ known: shopRequests, asIs, idOf: (line) => `line-${line}`, now: () => now });

const lineOf = (value: unknown): Line => ({
  number: 7,
  end: 0,
  text: typeof value === 'string' ? value : JSON.stringify(value),
});

const requestIn = (value: unknown, asIs = false) => {
  const read = reader(asIs).read(lineOf(value));
  if (read.kind === 'bad') throw new Error(read.reason);
  return read.request;
};

const reasonFor = (value: unknown, asIs = false): string => {
  const read = reader(asIs).read(lineOf(value));
  return read.kind === 'bad' ? read.reason : `published on ${read.request.message.subject}`;
};

const add = { type: 'cart.add', data: { userId: 'u1', productId: 'p1', quantity: 2 } };
const hash = `$argon2id$v=19$m=19456,t=2,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`;

test('a plain line becomes a request event on the subject of its key', () => {
  const { id, message, key } = requestIn(add);

  expect(id).toBe('line-7');
  expect(key).toBe('u1');
  expect(message.subject).toBe('cart.add.u1');
  expect(JSON.parse(String(message.body))).toEqual(add.data);
  expect(message.headers).toMatchObject({
    'ce-id': 'line-7',
    'ce-type': 'cart.add',
    'ce-time': now,
    'ce-dataversion': '1',
    'ce-source': 'urn:millrace:replay',
  });
});

test('a structured CloudEvent keeps its attributes', () => {
  const attributes = {
    specversion: '1.0',
    id: 'e1',
    source: '/till/3',
    time: '2026-01-02T03:04:05Z',
  };
  const { id, message } = requestIn({ ...attributes, correlationid: 'c9', ...add });

  expect(id).toBe('e1');
  expect(message.headers).toMatchObject({
    'ce-id': 'e1',
    'ce-source': '/till/3',
    'ce-time': '2026-01-02T03:04:05Z',
    'ce-correlationid': 'c9',
  });
});

test('fields that the contract does not know are not published', () => {
  const data = {
    username: 'bob',
    password: hash,
    email: 'b@example.com',
    plainPassword: 'hunter2',
  };
  const { message } = requestIn({ type: 'user.register', data });

  expect(String(message.body)).not.toContain('hunter2');
});

test('data of an older version is published as that version', () => {
  const data = { productId: 'p1', name: 'Mug', price: 9.99 };
  const { message } = requestIn({ type: 'product.add', data });

  expect(message.headers['ce-dataversion']).toBe('1');
  expect(JSON.parse(String(message.body))).toEqual(data);
});

test('keys of every script reach the subject through the escaping only', () => {
  const { message } = requestIn({ ...add, data: { ...add.data, userId: 'a.b > *' } });

  expect(message.subject).toMatch(/^cart\.add\.~[A-Za-z0-9_-]{43}$/);
});

test.each([
  ['nonsense', 'not JSON'],
  ['[1]', 'not a JSON object'],
  ['null', 'not a JSON object'],
  ['"text"', 'not a JSON object'],
  [{ data: {} }, 'type is missing'],
  [{ type: 'shop.close', data: {} }, 'unknown type "shop.close"'],
  [{ type: 'cart.item-added', data: {} }, 'unknown type "cart.item-added"'],
  [{ ...add, time: 'yesterday' }, 'time: an RFC 3339 date and time'],
  [{ ...add, dataversion: 9 }, 'cart.add version 9: known are 1 to 1'],
  [{ ...add, specversion: '0.3' }, 'specversion: only 1.0 is supported'],
])('%j is a bad line: %s', (value, reason) => {
  expect(reasonFor(value)).toBe(reason);
});

test('a reason names fields and rules, never values', () => {
  const data = { username: 'bob smith', password: 'hunter2', email: 'nobody' };

  for (const asIs of [false, true]) {
    const reason = reasonFor({ type: 'user.register', data }, asIs);
    expect(reason).toMatch(/^user\.register version 1: .*password: /);
    expect(reason).not.toMatch(/hunter2|bob smith|nobody/);
    expect(reasonFor('{"password":"hunter2"', asIs)).toBe('not JSON');
  }
});

test('as it is, an event that breaks its contract is published under the key it seems to have', () => {
  const { message, key } = requestIn({ ...add, data: { userId: 'u1', quantity: 1.5 } }, true);

  expect(key).toBe('u1');
  expect(message.subject).toBe('cart.add.u1');
  expect(JSON.parse(String(message.body))).toEqual({ userId: 'u1', quantity: 1.5 });
  expect(message.headers['ce-dataversion']).toBeUndefined();
});

test.each([
  [{ type: 'cart.steal', data: { userId: 'u1' } }, 'cart.steal.u1'],
  [{ type: 'cart.add', data: { productId: 'p1' } }, 'cart.add.unknown'],
  [{ type: 'cart.add' }, 'cart.add.unknown'],
  [{ type: 'cart.add', data: ['u1'] }, 'cart.add.unknown'],
  [{ ...add, dataversion: 9 }, 'cart.add.u1'],
  [{ ...add, partitionkey: 'u2' }, 'cart.add.u2'],
])('as it is, %j is published on %s', (value, subject) => {
  expect(reasonFor(value, true)).toBe(`published on ${subject}`);
});

test('even as it is, nothing broken reaches a service that keeps secrets', () => {
  const data = { username: 'bob', password: hash, email: 'b@example.com' };

  expect(reasonFor({ type: 'user.regsiter', data }, true)).toBe('unknown type "user.regsiter"');
  expect(reasonFor({ type: 'user.register', data: { ...data, email: 1 } }, true)).toMatch(/email/);
  expect(reasonFor({ type: 'user.register', dataversion: 2, data }, true)).toMatch(/version 2/);
});

test('even as it is, a type that is no plain name and a service that is not there are bad lines', () => {
  for (const type of ['cart.a.b', 'cart.*', 'cart.>', 'cart.', 'shop.open', 'nothing']) {
    expect(reasonFor({ type, data: {} }, true)).toBe(`unknown type "${type}"`);
  }
});

test('without asking for it, a stated partition key changes nothing', () => {
  expect(requestIn({ ...add, partitionkey: 'u2' }).message.subject).toBe('cart.add.u1');
});
