import { AckPolicy, type Consumer, connect, nanos } from 'nats';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { facts } from '../bench-events.ts';

/** How many events the client's own loops ask for at a time. */
export const pullSize = 1_000;

/** A connection of the client and a durable consumer of the facts, set as Millrace sets its own. */
export interface BareConsumer extends AsyncDisposable {
  readonly consumer: Consumer;
}

/** Connects with the client alone and makes a consumer of this name. */
export const bareConsumer = async (url: string, durable: string): Promise<BareConsumer> => {
  const connection = await connect({ servers: url, name: durable, noAsyncTraces: true });
  const manager = await connection.jetstreamManager();
  await manager.consumers.add(facts.stream.name, {
    durable_name: durable,
    filter_subject: subjectsOf(facts.stream).facts,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(30_000),
    max_ack_pending: 20_000,
    max_deliver: -1,
  });
  return {
    consumer: await connection.jetstream().consumers.get(facts.stream.name, durable),
    [Symbol.asyncDispose]: () => connection.drain(),
  };
};
