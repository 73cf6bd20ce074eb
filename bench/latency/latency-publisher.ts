import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, headers, type NatsConnection } from 'nats';
import { writeHeaders } from '../../src/contracts/envelope.ts';
import { factSubject, placeOf, requestSubject } from '../../src/contracts/streams.ts';
import { machineMicros } from '../machine-micros.ts';
import { newEnvelope } from '../new-envelope.ts';
import type { TaskContext } from '../run-task.ts';
import { latencyEvents, latencyKeys } from './latency-events.ts';

/** What publishes is told. */
export interface LatencyPublisherOrder {
  readonly url: string;
  readonly publishes: 'requests' | 'facts';
  readonly perSecond: number;
  readonly events: number;
}

/** Publishes at an even rate with the client alone; what falls due meanwhile leaves together. */
export const runLatencyPublisher = async (
  { url, publishes, perSecond, events }: LatencyPublisherOrder,
  { say }: TaskContext,
): Promise<void> => {
  const connection = await connect({ servers: url, name: 'publisher', noAsyncTraces: true });
  const send = sender(connection, publishes);
  const waiting: Promise<unknown>[] = [];
  const beganAt = performance.now();
  for (let number = 0; number < events; await sleep(1)) {
    const due = Math.min(events, Math.floor(((performance.now() - beganAt) / 1000) * perSecond));
    while (number < due) waiting.push(send(number++));
    say(number);
  }
  await Promise.all(waiting);
  await connection.drain();
};

const sender = (connection: NatsConnection, publishes: LatencyPublisherOrder['publishes']) => {
  const jetstream = connection.jetstream();
  const { stream, Ask, Answered } = latencyEvents;
  const { type } = publishes === 'requests' ? Ask : Answered;
  return (number: number): Promise<unknown> => {
    const key = `k${number % latencyKeys}`;
    const id = randomUUID();
    const made = headers();
    const envelope = writeHeaders({ ...newEnvelope(id, type), version: 1 });
    for (const name in envelope) made.set(name, envelope[name] ?? '');
    const subject =
      publishes === 'requests'
        ? requestSubject(type, key)
        : factSubject(type, stream, placeOf(stream, key));
    const body = JSON.stringify({ key, number, atMicros: machineMicros() });
    return jetstream.publish(subject, body, { headers: made, msgID: id });
  };
};
