import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OutgoingEvent } from '../../src/contracts/define-event.ts';
import { defineEvent } from '../../src/contracts/define-event.ts';
import { defineQuery } from '../../src/contracts/define-query.ts';
import type { Envelope } from '../../src/contracts/envelope.ts';
import { defineStream, placeOf, subjectsOf } from '../../src/contracts/streams.ts';
import type { Delivery, InboundMessage, RunningSource } from '../../src/infra/pipeline/delivery.ts';
import type {
  Bus,
  Commit,
  Commitment,
  ConsumerDeclaration,
  Follower,
  Following,
  OutboundMessage,
} from '../../src/infra/pipeline/ports.ts';
import { eventually } from '../support/eventually.ts';

/** A bus that the suite tries, and the time in which it lives. */
export interface BusUnderTest extends AsyncDisposable {
  readonly bus: Bus;
  readonly now: () => number;
  /** Lets time pass: turns a test clock, or really waits. */
  readonly advance: (ms: number) => Promise<void>;
  /** Kills and starts again what holds the streams; only where they survive it. */
  readonly restart?: () => Promise<void>;
}

/** What only some buses can. */
export interface BusFeatures {
  /** What was stored is still there when the process that holds it comes back. */
  readonly survivesRestart: boolean;
}

export type OpenBus = () => Promise<BusUnderTest>;

const data = z.object({ key: z.string(), n: z.int(), text: z.string().optional() });
type Asked = z.infer<typeof data>;

/** Contracts of a service that no other test uses. */
const contractsOf = (service: string, partitions: number) => {
  const stream = defineStream(service, partitions);
  const common = { version: 1, stream, data, key: ({ key }: Asked) => key };
  return {
    stream,
    Ask: defineEvent({ type: `${service}.ask`, kind: 'request', ...common }),
    Told: defineEvent({ type: `${service}.told`, kind: 'fact', ...common }),
    Double: defineQuery({
      name: `${service}.double`,
      question: z.object({ n: z.int() }),
      answer: z.object({ twice: z.int() }),
    }),
  };
};

export const envelopeOf = ({ contract }: OutgoingEvent, id: string = randomUUID()): Envelope => ({
  id,
  type: contract.type,
  version: contract.version,
  source: '/test',
  time: '2026-01-02T03:04:05.678Z',
  correlationId: 'the-correlation',
  causationId: 'the-cause',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
});

export const bodyOf = ({ body }: InboundMessage): Asked =>
  JSON.parse(Buffer.from(body).toString('utf8'));

export const numbersOf = (messages: readonly InboundMessage[]): number[] =>
  messages.map((message) => bodyOf(message).n);

/** What a source has delivered, and how it is treated. */
export interface Inbox {
  readonly deliveries: Delivery[];
  readonly running: RunningSource;
  /** The partitions that it was told are its own. */
  readonly acquired: ReadonlySet<number>;
  /** The most deliveries that were open at one time. */
  readonly mostOpen: () => number;
  readonly numbers: () => number[];
  /** Settles a delivery and asks for more. */
  readonly settle: (delivery: Delivery | undefined, kind?: 'done' | 'erase' | 'hand-back') => void;
}

export interface InboxOptions {
  readonly room?: number;
  readonly ordering?: ConsumerDeclaration['ordering'];
  /** What is done with each delivery at once; by default nothing. */
  readonly onTake?: (delivery: Delivery, inbox: Inbox) => void;
}

/** A bus under test with a stream and a consumer of its own, and short words for what tests do. */
export class World implements AsyncDisposable {
  readonly contracts;
  readonly stream;
  readonly consumer: ConsumerDeclaration;
  readonly bus: Bus;
  readonly #underTest: BusUnderTest;
  readonly #running: RunningSource[] = [];
  readonly #followers: Follower[] = [];
  #commits: Commit | undefined;

  constructor(underTest: BusUnderTest, partitions = 4) {
    this.#underTest = underTest;
    this.bus = underTest.bus;
    this.contracts = contractsOf(`t${randomUUID().slice(0, 13)}`, partitions);
    this.stream = this.contracts.stream;
    this.consumer = {
      stream: this.stream,
      durable: this.stream.service,
      filter: subjectsOf(this.stream).requests,
      ordering: 'none',
      recognises: true,
      ackWaitMs: 30_000,
      maxAckPending: 1000,
    };
  }

  static async open(open: OpenBus, changes: Partial<ConsumerDeclaration> = {}): Promise<World> {
    const world = new World(await open());
    const consumers = [{ ...world.consumer, ...changes }];
    await world.bus.ensure({ streams: [world.stream], consumers });
    return world;
  }

  now(): number {
    return this.#underTest.now();
  }

  advance(ms: number): Promise<void> {
    return this.#underTest.advance(ms);
  }

  async restart(): Promise<void> {
    await this.#underTest.restart?.();
  }

  eventually<T>(check: () => T | Promise<T>): Promise<T> {
    return eventually(check, { advance: (ms) => this.advance(ms) });
  }

  ask(key: string, n: number, id?: string) {
    const event = this.contracts.Ask({ key, n });
    return this.bus.publisher.publish(event, envelopeOf(event, id), 5000);
  }

  /** Publishes one after the other: 0, 1, 2 … */
  async askMany(count: number, keyOf: (n: number) => string = () => 'k'): Promise<void> {
    for (let n = 0; n < count; n++) await this.ask(keyOf(n), n);
  }

  start({ room = 100, ordering = 'none', onTake }: InboxOptions = {}): Inbox {
    const acquired = new Set<number>();
    const deliveries: Delivery[] = [];
    let open = 0;
    let mostOpen = 0;
    const inbox: Inbox = {
      deliveries,
      acquired,
      running: this.bus.source({ ...this.consumer, ordering }).start({
        room: () => room - open,
        take: (delivery) => {
          deliveries.push(delivery);
          mostOpen = Math.max(mostOpen, ++open);
          onTake?.(delivery, inbox);
        },
        acquire: (partition) => acquired.add(partition),
        release: async () => {},
      }),
      mostOpen: () => mostOpen,
      numbers: () => numbersOf(deliveries.map(({ message }) => message)),
      settle: (delivery, kind = 'done') => {
        if (!delivery) throw new Error('there is no such delivery');
        open--;
        delivery.settle({ kind });
        inbox.running.refill();
      },
    };
    this.#running.push(inbox.running);
    return inbox;
  }

  follow(
    filters: readonly string[],
    from: Following['from'],
  ): { taken: InboundMessage[] } & Follower {
    const taken: InboundMessage[] = [];
    const follower = this.bus.follow({
      stream: this.stream,
      filters,
      from,
      take: (message) => taken.push(message),
    });
    this.#followers.push(follower);
    return { taken, caughtUp: follower.caughtUp, stop: () => follower.stop() };
  }

  /** Everything that the stream holds under a filter. */
  async contents(filter: string): Promise<InboundMessage[]> {
    const { taken, caughtUp, stop } = this.follow([filter], 1);
    await this.whenCaughtUp(caughtUp);
    await stop();
    return taken;
  }

  async whenCaughtUp(caughtUp: Promise<void>): Promise<void> {
    let isCaughtUp = false;
    void caughtUp.then(() => {
      isCaughtUp = true;
    });
    await this.eventually(() => {
      if (!isCaughtUp) throw new Error('not caught up');
    });
  }

  told(key: string, n: number): OutboundMessage {
    const { partition } = placeOf(this.stream, key);
    return {
      subject: `fact.${this.stream.service}.${partition}.told`,
      headers: { 'ce-id': randomUUID(), 'content-type': 'application/json' },
      body: JSON.stringify({ key, n }),
    };
  }

  commit(key: string, revision: number, record: string, messages: Commitment['messages'] = []) {
    const place = placeOf(this.stream, key);
    // One for the whole world, as a worker has one: each of its own would send a batch a commit.
    this.#commits ??= this.bus.commits(this.stream);
    return this.#commits.commit({ state: { place, revision, record }, messages });
  }

  read(key: string) {
    return this.bus.states(this.stream).read(placeOf(this.stream, key));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The bus first: a source that has to wait for what is on its way need not wait any more.
    await this.#underTest[Symbol.asyncDispose]();
    await Promise.all(this.#running.map((running) => running.stop()));
    await Promise.all(this.#followers.map((follower) => follower.stop()));
  }
}
