import { AckPolicy, type ConsumerInfo, DeliverPolicy, type JsMsg, type NatsConnection } from 'nats';
import type { RawMessage } from '../checker/observation.ts';
import type { Subject } from './subject.ts';

const rawOf = (message: JsMsg): RawMessage => ({
  subject: message.subject,
  sequence: message.seq,
  at: message.info.timestampNanos / 1e6,
  header: (name) => message.headers?.get(name) || undefined,
  body: () => message.string(),
});

/** So many messages are asked for at a time. */
const batch = 2_000;

/**
 * Reads everything that a stream holds now, in its order.
 *
 * @throws when the broker does not hand all of it out
 */
export const readStream = async (
  connection: NatsConnection,
  stream: string,
  take: (message: RawMessage) => void,
): Promise<void> => {
  const { consumers } = await connection.jetstreamManager();
  const { name, num_pending } = await consumers.add(stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.All,
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: 30e9,
  });
  const consumer = await connection.jetstream().consumers.get(stream, name);
  let sequence = 0;
  for (let left = num_pending; left > 0; ) {
    const before = left;
    const messages = await consumer.fetch({ max_messages: Math.min(batch, left), expires: 5_000 });
    for await (const message of messages) {
      // Whoever is handed a message twice, or too late, has not read the stream in its order.
      if (message.seq <= sequence) throw new Error(`${stream}: ${message.seq} after ${sequence}`);
      sequence = message.seq;
      left = message.info.pending;
      take(rawOf(message));
    }
    if (left < before) continue;
    // What was superseded meanwhile is not there any more.
    left = (await consumer.info()).num_pending;
    if (left === before) throw new Error(`${stream} hands out nothing after ${sequence}`);
  }
  await consumers.delete(stream, name);
};

/** The durable consumers of a service on its own stream: one, or one a partition. */
export const consumersOf = async (
  connection: NatsConnection,
  stream: string,
  service: string,
): Promise<ConsumerInfo[]> => {
  const found: ConsumerInfo[] = [];
  const manager = await connection.jetstreamManager();
  for await (const info of manager.consumers.list(stream)) {
    const durable = info.config.durable_name ?? '';
    if (durable === service || new RegExp(`^${service}-\\d+$`).test(durable)) found.push(info);
  }
  return found;
};

/** Whether a service has nothing waiting and nothing unacknowledged, as its consumers say. */
export const isSettled = async (
  connection: NatsConnection,
  { stream, service, ordering }: Pick<Subject, 'stream' | 'service' | 'ordering'>,
): Promise<boolean> => {
  const consumers = await consumersOf(connection, stream, service);
  const isIdle = consumers.every((one) => one.num_pending + one.num_ack_pending === 0);
  if (consumers.length === 0 || !isIdle || ordering === 'key')
    return isIdle && consumers.length > 0;
  // What has been acknowledged there is gone from it.
  const { streams } = await connection.jetstreamManager();
  return (await streams.info(`${stream}_RETRY`)).state.messages === 0;
};
