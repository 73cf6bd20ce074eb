import { connect, Events, type NatsConnection, nkeyAuthenticator, nkeys } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerUsers } from '../../../src/cli/secrets/broker-users.ts';
import { GuardedBroker } from '../../support/guarded-broker.ts';
import { soon } from '../../support/soon.ts';

let broker: GuardedBroker;
let admin: NatsConnection;

beforeAll(async () => {
  broker = await GuardedBroker.start();
  admin = await broker.connectAs('admin');
  const jsm = await admin.jetstreamManager();
  for (const name of ['USER', 'PRODUCT', 'CART']) {
    const service = name.toLowerCase();
    const subjects = ['in', 'fact', 'state', 'dead', 'parked', 'ruling', 'repair'];
    await jsm.streams.add({
      name,
      subjects: [`${service}.*.*`, ...subjects.map((root) => `${root}.${service}.>`)],
      allow_direct: true,
    });
  }
});

afterAll(async () => {
  await admin?.close();
  await broker?.[Symbol.asyncDispose]();
});

/** Which of these operations the broker refuses to a user, in the order of asking. */
const refusedTo = async (
  user: string,
  { publish = [], subscribe = [] }: { publish?: readonly string[]; subscribe?: readonly string[] },
): Promise<string[]> => {
  const connection = await broker.connectAs(user);
  const refused: string[] = [];
  const watch = async (): Promise<void> => {
    for await (const { type, permissionContext } of connection.status()) {
      if (type === Events.Error && permissionContext) refused.push(permissionContext.subject);
    }
  };
  void watch();
  for (const subject of publish) connection.publish(subject, '{}');
  for (const subject of subscribe) connection.subscribe(subject, { callback: () => {} });
  // What is refused is told before the answer to a ping.
  await connection.flush();
  await soon(() => expect(refused.length).toBeGreaterThanOrEqual(publish.length));
  await connection.close();
  return refused;
};

/** What nobody but people may do. */
const destructive = ['USER', 'PRODUCT', 'CART', 'KV_millrace-leases'].map(
  (stream) => `$JS.API.STREAM.DELETE.${stream}`,
);

const forbidden: Readonly<
  Record<string, { readonly publish: readonly string[]; readonly subscribe?: readonly string[] }>
> = {
  cart: {
    publish: [
      // Another service's requests, facts, states, letters.
      'product.add.tea',
      'in.product.3.add',
      'fact.product.3.added',
      'state.product.3.tea',
      'dead.user.1.register',
      'ruling.product.3.17',
      // Another service's streams and consumers.
      '$JS.API.STREAM.UPDATE.PRODUCT',
      '$JS.API.STREAM.PURGE.PRODUCT',
      '$JS.API.STREAM.MSG.DELETE.PRODUCT',
      '$JS.API.STREAM.MSG.GET.USER',
      '$JS.API.DIRECT.GET.USER',
      '$JS.API.CONSUMER.CREATE.PRODUCT.product-3',
      '$JS.API.CONSUMER.MSG.NEXT.PRODUCT.product-3',
      '$JS.API.CONSUMER.UNPIN.PRODUCT.product-3',
      '$JS.API.CONSUMER.DELETE.CART.cart-3',
      '$JS.ACK.PRODUCT.product-3.1.1.1.1.0',
      '$JS.ACK._.hash.PRODUCT.product-3.1.1.1.1.0',
      '$KV.millrace-members.product.product-1',
      '$KV.millrace-leases.trim.PRODUCT',
      // What only the gateway asks, and where its answers come.
      'query.user.log-in',
      '_INBOX_gateway.a.b',
    ],
    subscribe: ['_INBOX_gateway.>', '_INBOX_product.>', '_INBOX.>', '>', 'fact.>', 'query.user.*'],
  },
  gateway: {
    publish: [
      'cart.withdraw-item.u1',
      'cart.reprice-item.u1',
      'cart.millrace-resume.u1',
      'in.cart.3.add',
      'fact.cart.3.item-added',
      'state.cart.3.u1',
      '$JS.API.STREAM.MSG.GET.USER',
      '$JS.API.STREAM.UPDATE.CART',
      '$JS.API.CONSUMER.MSG.NEXT.CART.cart-3',
      '$JS.API.CONSUMER.MSG.NEXT.PRODUCT.cart-3',
      '$JS.ACK.CART.cart-3.1.1.1.1.0',
    ],
    subscribe: ['_INBOX_cart.>', 'query.user.log-in', '$KV.>'],
  },
  observer: {
    publish: ['cart.add.u1', 'state.cart.3.u1', '$JS.API.STREAM.PURGE.CART'],
    subscribe: ['_INBOX_cart.>', 'cart.>'],
  },
  replay: { publish: ['fact.cart.3.item-added', 'cart.millrace-resume.u1'] },
  verify: { publish: ['state.cart.3.u1', 'ruling.cart.3.1', '$JS.API.STREAM.PURGE.CART'] },
  deadletters: { publish: ['state.cart.3.u1', 'repair.cart.3.1', '$JS.API.STREAM.PURGE.CART'] },
  backup: { publish: ['state.cart.3.u1', 'cart.add.u1', '$JS.API.STREAM.UPDATE.CART'] },
  repartition: { publish: ['state.cart.3.u1', 'cart.add.u1', 'product.add.tea'] },
};

describe('the broker refuses', () => {
  it.each(Object.entries(forbidden))('%s what is not its business', async (user, asked) => {
    const publish = [...asked.publish, ...destructive];
    const subscribe = [...(asked.subscribe ?? []), '_INBOX_admin.>', '$JS.API.>'];

    const refused = await refusedTo(user, { publish, subscribe });

    expect(refused).toEqual([...publish, ...subscribe]);
  });

  it('everybody but people to remove a stream, and nothing of it got through', async () => {
    for (const { name } of brokerUsers.filter((user) => user.name !== 'admin')) {
      expect(await refusedTo(name, { publish: destructive })).toEqual(destructive);
    }

    const jsm = await admin.jetstreamManager();
    for (const stream of ['USER', 'PRODUCT', 'CART']) {
      expect((await jsm.streams.info(stream)).state.messages).toBe(0);
    }
  });

  it('whoever has no key, or one that it does not know', async () => {
    await expect(connect({ servers: broker.url, reconnect: false })).rejects.toThrow(
      /authorization/i,
    );
    const stranger = nkeyAuthenticator(nkeys.createUser().getSeed());

    await expect(
      connect({ servers: broker.url, authenticator: stranger, reconnect: false }),
    ).rejects.toThrow(/authorization/i);
  });
});
