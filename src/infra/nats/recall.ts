import { createInbox, type Msg, type NatsConnection } from 'nats';
import { ownerGroup } from './consumer-settings.ts';
import { brokerLine } from './header-lines.ts';
import type { JsApi } from './js-api.ts';
import { readMessage } from './stored-message.ts';

/** What a consumer's leader says of its deliveries. */
export interface ConsumerProgress {
  /** As the consumer was made, which need not be as it is declared now. */
  readonly config: { readonly ack_policy: 'all' | 'explicit'; readonly max_ack_pending?: number };
  readonly delivered: { readonly consumer_seq: number; readonly stream_seq: number };
  readonly ack_floor: { readonly consumer_seq: number; readonly stream_seq: number };
  readonly num_ack_pending: number;
  readonly priority_groups?: readonly { readonly pinned_client_id?: string }[];
}

/** Who has the consumer, if anybody has. */
export const pinOf = ({ priority_groups }: ConsumerProgress): string | undefined =>
  priority_groups?.[0]?.pinned_client_id || undefined;

/** True when an acknowledgement of the consumer holds for all messages before it too. */
export const isByWatermark = ({ config }: ConsumerProgress): boolean => config.ack_policy === 'all';

/** A durable consumer with the one filter that it has. */
export interface PartitionOnBroker {
  readonly connection: NatsConnection;
  readonly inboxPrefix: string;
  readonly api: JsApi;
  readonly stream: string;
  readonly durable: string;
  readonly filter: string;
}

/** How many messages are read at a time. */
const usualBatch = 512;
/** How long the stream is waited for, between two messages. */
const silenceMs = 2_000;

/** @throws BusUnavailable, BusRefused */
export const readProgress = ({
  api,
  stream,
  durable,
}: PartitionOnBroker): Promise<ConsumerProgress> =>
  api.get<ConsumerProgress>(`CONSUMER.INFO.${stream}.${durable}`);

/** Takes the consumer from whoever has it: it goes to who pulls next. @throws BusUnavailable, BusRefused */
export const unpin = ({ api, stream, durable }: PartitionOnBroker): Promise<unknown> =>
  api.get(`CONSUMER.UNPIN.${stream}.${durable}`, { group: ownerGroup });

/**
 * The partition's messages from one sequence to another, some hundred at a time, none left out.
 *
 * Any replica of the stream may answer, also one that is behind: so the stream's leader has the last
 * word on whether there is more.
 *
 * @throws BusUnavailable, BusRefused
 */
export async function* readRange(
  partition: PartitionOnBroker,
  from: number,
  to: number,
  batch = usualBatch,
): AsyncGenerator<ReadonlyMap<number, Msg>> {
  for (let next = from; next <= to; ) {
    const some = await readBatch(partition, next, batch);
    const last = Math.max(next - 1, ...some.keys());
    for (const sequence of some.keys()) if (sequence > to) some.delete(sequence);
    if (some.size > 0) yield some;
    next = last + 1;
    if (next > to || some.size === batch) continue;
    const { api, stream, filter } = partition;
    const more = await readMessage(api, stream, { seq: next, next_by_subj: filter });
    if (!more || more.sequence > to) return;
    // That replica is behind; soon it is not.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The next messages under the filter, by direct get (ADR-31): one request, many answers. */
const readBatch = (
  { connection, inboxPrefix, stream, filter }: PartitionOnBroker,
  from: number,
  batch: number,
): Promise<Map<number, Msg>> =>
  new Promise((resolve) => {
    const found = new Map<number, Msg>();
    let last = 0;
    const inbox = createInbox(inboxPrefix);
    const end = (): void => {
      clearTimeout(silence);
      subscription.unsubscribe();
      resolve(found);
    };
    const subscription = connection.subscribe(inbox, {
      callback: (_error, message: Msg) => {
        // What is no message says nothing of this; the client throws for malformed headers of one.
        const sequence = Number(brokerLine(message, 'Nats-Sequence') ?? 0);
        // Each answer names the one before it: where one is missing, all that follows is asked again.
        const isNext = Number(brokerLine(message, 'Nats-Last-Sequence')) === last;
        if (!(sequence > 0) || !isNext) return end();
        last = sequence;
        found.set(last, message);
        silence.refresh();
      },
    });
    const silence = setTimeout(end, silenceMs);
    const request = JSON.stringify({ seq: from, next_by_subj: filter, batch });
    const subject = `$JS.API.DIRECT.GET.${stream}`;
    connection.publish(subject, request, { reply: inbox });
  });

/**
 * The subject on which a message of the consumer is acknowledged, whoever it was delivered to.
 *
 * The broker looks only at the stream's sequence, and for a `-NAK` whether the consumer's sequence
 * lies between its floor and its last delivery (nats-server, `processAckMsg` and `processNak`). Of
 * what is acknowledged already it takes no notice.
 */
export const ackSubject = (
  { stream, durable }: Pick<PartitionOnBroker, 'stream' | 'durable'>,
  sequence: number,
  { delivered }: Pick<ConsumerProgress, 'delivered'>,
): string => `$JS.ACK.${stream}.${durable}.1.${sequence}.${delivered.consumer_seq}.0.0`;

/** Asks the broker to deliver again at once what of these is unacknowledged, to whoever has the pin. */
export const recall = (
  partition: PartitionOnBroker,
  sequences: readonly number[],
  progress: ConsumerProgress,
): void => {
  for (const sequence of sequences) {
    partition.connection.publish(ackSubject(partition, sequence, progress), '-NAK');
  }
};
