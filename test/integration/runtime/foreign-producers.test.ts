import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CartGet } from '../../../src/contracts/cart/queries.ts';
import { cartStream } from '../../../src/contracts/cart/stream.ts';
import { ProductAdd } from '../../../src/contracts/product/product-add.ts';
import { ProductGet } from '../../../src/contracts/product/queries.ts';
import { productStream } from '../../../src/contracts/product/stream.ts';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { provideCart } from '../../../src/workers/cart/composition.ts';
import { cart } from '../../../src/workers/cart/service.ts';
import { product } from '../../../src/workers/product/service.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { RawProducer } from '../../support/raw-producer.ts';
import {
  contentsOf,
  publish,
  type ServiceUnderTest,
  startOnServer,
  textOf,
} from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';

let server: NatsServer;
let products: ServiceUnderTest;
let carts: ServiceUnderTest;
let producer: RawProducer;

beforeAll(async () => {
  server = await startNatsServer();
  products = await startOnServer(product, server);
  carts = await startOnServer(cart, server, { provide: provideCart });
  producer = await RawProducer.connect(server.url);
  const price = { amount: 250, currency: 'EUR' };
  await publish(
    products.bus,
    ProductAdd({ productId: 'tea', name: 'Tea', description: '', price }),
    'tea',
  );
});

afterAll(async () => {
  producer?.close();
  await carts?.[Symbol.asyncDispose]();
  await products?.[Symbol.asyncDispose]();
  await server?.stop();
});

const piecesOf = async (userId: string): Promise<number> =>
  (await carts.bus.queries.ask(CartGet, { userId })).cart.pieces;

const deadLetters = () => contentsOf(carts.bus, cartStream, subjectsOf(cartStream).deadLetters);

const deadProducts = () =>
  contentsOf(products.bus, productStream, subjectsOf(productStream).deadLetters);

const good = (userId: string, quantity = 1): string =>
  JSON.stringify({ userId, productId: 'tea', quantity });

describe('a producer that knows nothing of us', () => {
  it('changes a cart with a bare JSON body', async () => {
    producer.publish('cart.add.u1', good('u1', 2));

    await soon(async () => expect(await piecesOf('u1')).toBe(2));

    const facts = await contentsOf(carts.bus, cartStream, subjectsOf(cartStream).facts);
    const [fact] = facts.filter((message) => textOf(message).includes('"u1"'));
    const requests = await contentsOf(carts.bus, cartStream, subjectsOf(cartStream).requests);
    const [request] = requests.filter((message) => textOf(message).includes('"u1"'));
    const id = `CART.${request?.sequence}.${request?.storedAt}`;
    expect(fact?.header('ce-type')).toBe('cart.item-added');
    expect(fact?.header('ce-id')).toBe(`${id}.0`);
    expect(fact?.header('ce-causationid')).toBe(id);
    expect(fact?.header('ce-correlationid')).toBe(id);
  });

  it('is served under odd spellings of headers, with a trace that goes on', async () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = `CE-ID: odd-1\r\nCe-Source:   /elsewhere \r\nTRACEPARENT: ${trace}`;

    producer.publish('cart.add.u2', good('u2'), headers);

    await soon(async () => expect(await piecesOf('u2')).toBe(1));
    const facts = await contentsOf(carts.bus, cartStream, subjectsOf(cartStream).facts);
    const [fact] = facts.filter((message) => message.header('ce-causationid') === 'odd-1');
    expect(fact?.header('traceparent')).toBe(trace);
  });

  it('is served in structured mode', async () => {
    const event = { specversion: '1.0', id: 's-1', source: '/x', type: 'cart.add' };
    const body = JSON.stringify({ ...event, data: JSON.parse(good('u3', 3)) });

    producer.publish('cart.add.u3', body, 'Content-Type: application/cloudevents+json');

    await soon(async () => expect(await piecesOf('u3')).toBe(3));
  });

  it('is served once for one id, however often it publishes', async () => {
    for (let times = 0; times < 3; times++) {
      producer.publish('cart.add.u4', good('u4'), 'ce-id: same');
    }
    producer.publish('cart.add.u4', good('u4', 5), 'ce-id: other');

    await soon(async () => expect(await piecesOf('u4')).toBe(6));
  });

  it('may still use the first version of an event', async () => {
    const body = JSON.stringify({ productId: 'old', name: 'Old', price: 19.99 });

    producer.publish('product.add.old', body);

    await soon(async () => {
      const { product: found } = await products.bus.queries.ask(ProductGet, { productId: 'old' });
      expect(found?.price).toEqual({ amount: 1999, currency: 'EUR' });
    });
  });
});

describe('bad input', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const version = (n: string) => `ce-dataversion: ${n}`;
  const bad: readonly (readonly [string, string, string, string | Uint8Array, string?])[] = [
    ['no JSON', 'undecodable', 'add', '{"userId":'],
    ['nothing', 'undecodable', 'add', ''],
    ['bytes', 'undecodable', 'add', Uint8Array.of(0xff, 0xfe, 0x00)],
    ['a number', 'invalid-data', 'add', '7'],
    ['null', 'invalid-data', 'add', 'null'],
    ['a list', 'invalid-data', 'add', '[]'],
    ['depth', 'invalid-data', 'add', deep],
    ['a missing field', 'invalid-data', 'add', '{"userId":"x","productId":"tea"}'],
    ['a fraction', 'invalid-data', 'add', '{"userId":"x","productId":"tea","quantity":0.5}'],
    ['infinity', 'invalid-data', 'add', '{"userId":"x","productId":"tea","quantity":1e400}'],
    ['a blank id', 'invalid-data', 'add', '{"userId":" ","productId":"tea","quantity":1}'],
    ['a prototype', 'invalid-data', 'add', '{"__proto__":{"userId":"x"},"quantity":1}'],
    ['an unknown type', 'unknown-type', 'addd', good('x')],
    ['the future', 'unsupported-version', 'add', good('x'), version('2')],
    ['version 0', 'invalid-envelope', 'add', good('x'), version('0')],
    ['another type', 'invalid-envelope', 'add', good('x'), 'ce-type: cart.remove'],
    ['another specversion', 'invalid-envelope', 'add', good('x'), 'ce-specversion: 0.3'],
    ['a bad time', 'invalid-envelope', 'add', good('x'), 'ce-time: 12 o clock'],
    ['a malformed header', 'invalid-envelope', 'add', good('x'), 'ce-id : spaced\r\nx: y'],
    ['a line break in a header', 'invalid-envelope', 'add', good('x'), 'x-a: one\ntwo'],
    [
      'a structured text',
      'invalid-envelope',
      'add',
      '"x"',
      'content-type: application/cloudevents+json',
    ],
    ["another key's subject", 'wrong-key', 'add', good('somebody-else')],
  ];

  it('becomes a dead letter with its reason, bytes and place, and stops nobody', async () => {
    const before = (await deadLetters()).length;
    for (const [, , name, body, headers] of bad) {
      producer.publish(`cart.${name}.x`, body, headers);
      producer.publish('cart.add.u5', good('u5'));
    }

    await soon(async () => expect(await piecesOf('u5')).toBe(bad.length));
    const letters = await soon(async () => {
      const found = (await deadLetters()).slice(before);
      expect(found).toHaveLength(bad.length);
      return found;
    });
    for (const [what, reason, name, body] of bad) {
      const letter = letters.find(
        (message) =>
          Buffer.from(message.body).equals(Buffer.from(body)) &&
          message.header('millrace-dead-reason') === reason,
      );
      expect(letter, what).toBeDefined();
      expect(letter?.subject).toMatch(new RegExp(`^dead\\.cart\\.\\d+\\.${name}$`));
      expect(letter?.header('millrace-dead-stream')).toBe('CART');
      expect(letter?.header('millrace-dead-subject')).toMatch(/^in\.cart\.\d+\./);
      expect(letter?.header('millrace-dead-attempts')).toBe('1');
    }
    expect(carts.running.notReady()).toEqual([]);
    await soon(async () =>
      expect(await carts.bus.lag({ stream: cartStream, durable: 'cart' })).toEqual({
        pending: 0,
        unacknowledged: 0,
      }),
    );
  });

  it('keeps the headers of what it sets aside, but no instruction to the broker', async () => {
    const headers = 'X-Own: kept\r\nce-id: bad-headers\r\nNats-Rollup: sub\r\nnats-ttl: 1s';
    producer.publish('cart.add.x', '{', headers);

    const letter = await soon(async () => {
      const found = (await deadLetters()).find(
        (message) => message.header('ce-id') === 'bad-headers',
      );
      expect(found).toBeDefined();
      return found;
    });

    expect(letter?.allHeaders()).toMatchObject({ 'X-Own': 'kept' });
    expect(Object.keys(letter?.allHeaders() ?? {}).join()).not.toMatch(/nats-(rollup|ttl)/i);
  });

  it('is set aside without its body or its headers where they leave no room', async () => {
    const before = (await deadProducts()).length;
    // The broker takes headers of 64 KiB; ours come on top of the event's own.
    const huge = 'x'.repeat(65_300);
    producer.publish('product.add.big', `"${'x'.repeat(524_100)}"`, 'ce-id: big-body');
    producer.publish('product.add.big', '{', `x-huge: ${huge}\r\nce-id: big-headers`);

    const letters = await soon(async () => {
      const found = (await deadProducts()).slice(before);
      expect(found).toHaveLength(2);
      return found;
    });

    const [body, headers] = letters;
    expect(body?.body).toHaveLength(0);
    expect(body?.header('ce-id')).toBe('big-body');
    expect(body?.header('millrace-dead-body')).toBe('left in the stream');
    expect(headers?.header('millrace-dead-headers')).toBe('left in the stream');
    expect(headers?.header('millrace-dead-reason')).toBe('undecodable');
  });

  it('is counted by its type and reason, unknown types as one', async () => {
    const { body } = await carts.metrics.expose();

    expect(body).toMatch(
      /millrace_dead_letters_total\{service="cart",type="cart\.add",reason="undecodable"\} \d+/,
    );
    expect(body).toMatch(
      /millrace_dead_letters_total\{service="cart",type="unknown",reason="unknown-type"\} 1\b/,
    );
  });
});
