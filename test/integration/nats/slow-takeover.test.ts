import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConsumerDeclaration } from '../../../src/infra/pipeline/ports.ts';
import type { World } from '../../conformance/bus-under-test.ts';
import { Link } from '../../faults/world/link.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { Ledger, PartitionMember } from '../../support/partition-member.ts';
import { soon } from '../../support/soon.ts';
import { openBus, openWorld } from '../../support/world-on-nats.ts';

const keys = 20;
/** Acknowledged one by one, by a reader that recognises nothing of what it has handled. */
const reactions = { ordering: 'key', acknowledge: 'each', recognises: false } as const;

let server: NatsServer;
let world: World;
let consumer: ConsumerDeclaration;
let ledger: Ledger;
let members: PartitionMember[];
let links: Link[];

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

beforeEach(async () => {
  world = await openWorld(server, reactions);
  consumer = { ...world.consumer, ...reactions };
  ledger = new Ledger();
  members = [];
  links = [];
});

afterEach(async () => {
  await Promise.all(members.map((member) => member.leave()));
  await Promise.all(links.map((link) => link[Symbol.asyncDispose]()));
  await world[Symbol.asyncDispose]();
});

const openLink = async (): Promise<Link> => {
  const link = await Link.to(server.url);
  links.push(link);
  return link;
};

const join = async (link: Link, workMs: number): Promise<PartitionMember> => {
  const member = new PartitionMember(await openBus(link), consumer, ledger, workMs);
  members.push(member);
  await soon(() => expect(member.isPulling()).toBe(true));
  return member;
};

const publish = async (from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n++) {
    await Promise.all(
      Array.from({ length: keys }, (_, key) =>
        world.ask(`key-${key}`, n, `${world.stream.service}-${key}-${n}`),
      ),
    );
  }
};

const expectAll = async (rounds: number): Promise<void> => {
  await soon(() => expect(ledger.count).toBe(rounds * keys), 30_000);
  expect(ledger.disordered()).toEqual([]);
  await soon(async () => {
    expect(await world.bus.lag(consumer)).toEqual({ pending: 0, unacknowledged: 0 });
  }, 30_000);
};

describe('a takeover by a reader that recognises nothing', () => {
  it('keeps the order although what is recalled takes its time to come', async () => {
    const doomed = await join(await openLink(), 20);
    await publish(0, 20);
    await soon(() => expect(doomed.inFlight).toBeGreaterThan(keys));
    members = [];
    await doomed.die();
    await publish(20, 30);
    const far = await openLink();
    far.set({ delayMs: 100 });

    await join(far, 2);

    await expectAll(30);
  }, 60_000);

  it.each([0, 150, 400])(
    'keeps the order although acknowledgements of the former owner arrive %i ms into it',
    async (lateMs) => {
      const frozen = await openLink();
      const former = await join(frozen, 20);
      await publish(0, 10);
      await soon(() => expect(former.inFlight).toBeGreaterThan(keys));
      frozen.set({ isHeld: true });
      await publish(10, 20);
      const far = await openLink();
      const next = await join(far, 2);
      far.set({ delayMs: 100 });
      // What comes first shows that it owns a partition; others it is taking over at that time.
      await soon(() => expect(next.partitions.size).toBeGreaterThan(0), 30_000);
      await sleep(lateMs);
      frozen.set({});

      await expectAll(20);
    },
    60_000,
  );
});
