import { randomUUID } from 'node:crypto';
import { AckPolicy, type ConsumerConfig, connect, type NatsConnection } from 'nats';
import { defineStream, placeOf, type ServiceStream } from '../../src/contracts/streams.ts';
import type { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { type Retention, retentionOf } from '../../src/infra/pipeline/retention.ts';
import { type TrimOptions, trim } from '../../src/infra/pipeline/trim.ts';
import type { NatsServer } from './nats-server.ts';
import { openBus } from './world-on-nats.ts';

/** Request events and facts for a second, the rest for good. */
export const retention = retentionOf('test', { requestsMs: 1000, factsMs: 1000 });

interface RoundForTest extends Pick<TrimOptions, 'leftBehind'> {
  readonly now?: number;
  readonly keep?: Retention;
}

/** A stream of a test's own, whose clock is turned by saying what time it is. */
export class Kept implements AsyncDisposable {
  readonly stream: ServiceStream = defineStream(`t${randomUUID().slice(0, 8)}`, 2);
  readonly bus: NatsBus;
  /** Who publishes and consumes as anybody may. */
  readonly connection: NatsConnection;

  private constructor(bus: NatsBus, connection: NatsConnection) {
    this.bus = bus;
    this.connection = connection;
  }

  static async open(server: NatsServer): Promise<Kept> {
    const kept = new Kept(await openBus(server), await connect({ servers: server.url }));
    await kept.bus.ensure({ streams: [kept.stream], consumers: [] });
    return kept;
  }

  /** Stores a message; resolves to its sequence. */
  async store(
    root: string,
    { key = 'k', name = 'x', partition = placeOf(this.stream, key).partition } = {},
  ) {
    const { service } = this.stream;
    const subject =
      root === 'in' ? `${service}.${name}.${key}` : `${root}.${service}.${partition}.${name}`;
    return (await this.connection.jetstream().publish(subject, '{}')).seq;
  }

  async consume(filter: string, acknowledged: number, more: Partial<ConsumerConfig> = {}) {
    const jetstream = this.connection.jetstream();
    const manager = await this.connection.jetstreamManager();
    const { name } = await manager.consumers.add(this.stream.name, {
      durable_name: `c${randomUUID().slice(0, 8)}`,
      filter_subject: filter,
      ack_policy: AckPolicy.Explicit,
      ...more,
    });
    const consumer = await jetstream.consumers.get(this.stream.name, name);
    for (let n = 0; n < acknowledged; n++) await (await consumer.next())?.ackAck();
    return consumer;
  }

  /** The consumer of the service itself, that has handled everything or so much. */
  owner(acknowledged: number) {
    const { service } = this.stream;
    return this.consume(`in.${service}.>`, acknowledged, { durable_name: service });
  }

  /** One round, a day later unless told otherwise. */
  trim({ now = Date.now() + 86_400_000, keep = retention, ...more }: RoundForTest = {}) {
    return trim({ stream: this.stream, retention: keep, upkeep: this.bus.upkeep, now, ...more });
  }

  /** The sequences that the stream still holds under a root. */
  async left(root: string): Promise<number[]> {
    const sequences: number[] = [];
    const follower = this.bus.follow({
      stream: this.stream,
      filters: [`${root}.${this.stream.service}.>`],
      from: 1,
      take: ({ sequence }) => void sequences.push(sequence),
    });
    await follower.caughtUp;
    await follower.stop();
    return sequences;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
    await this.bus[Symbol.asyncDispose]();
  }
}
