import { connect, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partitionConsumers } from '../../../src/infra/pipeline/partition-consumers.ts';
import type { ConsumerDeclaration } from '../../../src/infra/pipeline/ports.ts';
import type { World } from '../../conformance/bus-under-test.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { Ledger, PartitionMember } from '../../support/partition-member.ts';
import { soon } from '../../support/soon.ts';
import { openBus, openWorld } from '../../support/world-on-nats.ts';

let server: NatsServer;
let admin: NatsConnection;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

let world: World;
let consumer: ConsumerDeclaration;
let ledger: Ledger;
let members: PartitionMember[];

const open = async (changes: Partial<ConsumerDeclaration>): Promise<void> => {
  admin = await connect({ servers: server.url });
  world = await openWorld(server, { ordering: 'key', ...changes });
  consumer = { ...world.consumer, ordering: 'key', ...changes };
  ledger = new Ledger();
  members = [];
};

afterEach(async () => {
  await Promise.all(members.map((member) => member.leave()));
  await world[Symbol.asyncDispose]();
  await admin.close();
});

const join = async (workMs?: number): Promise<PartitionMember> => {
  const member = new PartitionMember(await openBus(server), consumer, ledger, workMs);
  members.push(member);
  await soon(() => expect(member.isPulling()).toBe(true));
  return member;
};

const remove = (member: PartitionMember): void => {
  members = members.filter((other) => other !== member);
};

/** Publishes n-th events of twenty keys in turn, in the order of their numbers. */
const publish = async (from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n++) {
    await Promise.all(
      Array.from({ length: 20 }, (_, key) =>
        soon(() => world.ask(`key-${key}`, n, `${world.stream.service}-${key}-${n}`), 20_000),
      ),
    );
  }
};

/** Publishes round after round until told to end, and then says how many. */
const publishOnAndOn = () => {
  let rounds = 0;
  let isOver = false;
  const publishing = (async () => {
    for (; !isOver; rounds++) await publish(rounds, rounds + 1);
  })();
  return {
    end: async (): Promise<number> => {
      isOver = true;
      await publishing;
      return rounds;
    },
  };
};

const expectAll = async (rounds: number, withinMs = 20_000): Promise<void> => {
  await soon(() => expect(ledger.count).toBe(rounds * 20), withinMs);
  expect(ledger.disordered()).toEqual([]);
  await soon(async () => {
    expect(await world.bus.lag(consumer)).toEqual({ pending: 0, unacknowledged: 0 });
  }, withinMs);
};

const unpinAll = async (): Promise<void> => {
  for (const { durable } of partitionConsumers(consumer)) {
    const path = `$JS.API.CONSUMER.UNPIN.${consumer.stream.name}.${durable}`;
    await admin.request(path, JSON.stringify({ group: 'owner' }));
  }
};

describe.each<Partial<ConsumerDeclaration>>([
  { acknowledge: 'each' },
  { acknowledge: 'each', recognises: false },
  // Nothing recognises what was handled before: order rests on the acknowledgements alone.
  { acknowledge: 'watermark', recognises: false },
])('the owners of partitions with %j', (changes) => {
  beforeEach(() => open(changes));

  it('share them, each for itself, and one alone has all', async () => {
    const one = await join();
    await publish(0, 5);
    await expectAll(5);
    expect(one.partitions.size).toBe(4);
    one.partitions.clear();

    const other = await join();
    await soon(async () => {
      one.partitions.clear();
      const from = ledger.count / 20;
      await publish(from, from + 1);
      await soon(() => expect(ledger.count).toBe((from + 1) * 20));
      expect([one.partitions.size, other.partitions.size]).toEqual([2, 2]);
    });
    expect([...one.partitions].filter((partition) => other.partitions.has(partition))).toEqual([]);
  });

  it('stand by when there are more of them than partitions', async () => {
    for (let count = 0; count < 6; count++) await join();

    await publish(0, 5);

    await expectAll(5);
    expect(members.filter(({ partitions }) => partitions.size === 0).length).toBeGreaterThan(0);
    expect(members.every((member) => member.isPulling())).toBe(true);
  });

  it('keep the order of every key while they come and go under load', async () => {
    await join();
    const load = publishOnAndOn();
    for (let turn = 0; turn < 4; turn++) {
      const joined = await join();
      await soon(() => expect(joined.partitions.size).toBeGreaterThan(0));
      const [oldest] = members;
      if (!oldest) throw new Error('nobody is there');
      remove(oldest);
      await oldest.leave();
    }

    await expectAll(await load.end());
  }, 60_000);

  it('hand over at once when they leave', async () => {
    const one = await join(5);
    await join(5);
    await publish(0, 10);
    await expectAll(10);
    const publishing = publish(10, 60);
    await soon(() => expect(ledger.count).toBeGreaterThan(240));
    remove(one);
    const began = performance.now();
    await one.leave();
    const tookMs = performance.now() - began;
    await publishing;

    await expectAll(60);
    // The pin of one who is gone times out after four seconds: nothing has waited for that.
    expect(tookMs).toBeLessThan(3_000);
  }, 60_000);

  it('take over from one that died, what it had not acknowledged before what is new', async () => {
    const doomed = await join(20);
    await publish(0, 20);
    await soon(() => expect(doomed.inFlight).toBeGreaterThan(20));
    remove(doomed);
    await doomed.die();
    await join();

    await publish(20, 40);

    await expectAll(40);
  }, 60_000);

  it('take over from one that died although nothing new comes', async () => {
    const doomed = await join(50);
    await publish(0, 20);
    await soon(() => expect(doomed.inFlight).toBeGreaterThan(20));
    remove(doomed);
    await doomed.die();

    await join();

    await expectAll(20, 15_000);
  }, 60_000);

  it('keep the order although the broker takes the pins away again and again', async () => {
    await join();
    await join();
    const load = publishOnAndOn();
    for (let times = 0; times < 10; times++) {
      const count = ledger.count;
      await unpinAll();
      await soon(() => expect(ledger.count).toBeGreaterThan(count));
    }

    await expectAll(await load.end());
  }, 60_000);

  it('keep the order although the broker is killed and comes back', async () => {
    await join();
    await join();
    const load = publishOnAndOn();
    for (let times = 0; times < 2; times++) {
      const count = ledger.count;
      await soon(() => expect(ledger.count).toBeGreaterThan(count + 100));
      await server.restart();
    }

    await expectAll(await load.end(), 45_000);
  }, 90_000);

  it('go on when their consumers were deleted', async () => {
    await join();
    await publish(0, 5);
    for (const { durable } of partitionConsumers(consumer)) {
      await admin.request(`$JS.API.CONSUMER.DELETE.${consumer.stream.name}.${durable}`);
    }

    await publish(5, 10);

    await expectAll(10, 30_000);
  }, 60_000);
});
