import { connect } from 'nats';
import { defineStream, factSubject, placeOf } from '../../src/contracts/streams.ts';
import { BatchPublisher } from '../../src/infra/nats/batch.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { processCpuMicros } from '../process-cpu.ts';
import type { TaskContext } from '../run-task.ts';

/** What is told who drives a broker as hard as it goes. */
export interface LimitOrder {
  readonly url: string;
  readonly serverPid: number;
  readonly streams: number;
  /** How many batches are on their way to each stream. */
  readonly writers: number;
  readonly ms: number;
}

/** What the broker stored. */
export interface LimitFigures {
  readonly messagesPerSecond: number;
  /** How many processors the broker kept busy. */
  readonly serverProcessors: number | undefined;
}

const batchSize = 500;
const body = 'x'.repeat(200);

/** Fills streams by atomic batches, which cost the client least: what ends the growth is the broker. */
export const runLimit = async (
  { url, serverPid, streams, writers, ms }: LimitOrder,
  { say }: TaskContext,
): Promise<LimitFigures> => {
  const all = Array.from({ length: streams }, (_, index) => defineStream(`limit-${index}`));
  await using bus = await NatsBus.connect({
    name: 'limit',
    servers: [url],
    replicas: 1,
    storage: 'file',
  });
  await bus.ensure({ streams: all, consumers: [] });
  const connection = await connect({ servers: url, name: 'limit-writer', noAsyncTraces: true });
  const [from, began] = [performance.now() + ms / 3, processCpuMicros(serverPid)];
  const until = from + ms;
  let stored = 0;
  const timer = setInterval(() => say(stored), 500);
  const write = async (stream: (typeof all)[number]): Promise<void> => {
    const subject = factSubject(`${stream.service}.made`, stream, placeOf(stream, 'k'));
    const messages = Array.from({ length: batchSize }, () => ({ subject, headers: {}, body }));
    const batches = new BatchPublisher(connection, 10_000);
    while (performance.now() < until) {
      const { kind } = await batches.publish(messages);
      if (kind !== 'stored') throw new Error('a batch was refused');
      if (performance.now() >= from && performance.now() < until) stored += batchSize;
    }
  };
  await Promise.all(all.flatMap((stream) => Array.from({ length: writers }, () => write(stream))));
  clearInterval(timer);
  const ended = processCpuMicros(serverPid);
  await connection.close();
  const isKnown = began !== undefined && ended !== undefined;
  return {
    messagesPerSecond: (stored * 1000) / ms,
    serverProcessors: isKnown ? (ended - began) / 1000 / (ms * (4 / 3)) : undefined,
  };
};
