import { randomUUID } from 'node:crypto';
import { type ConnectionOptions, connect, headers } from 'nats';
import { writeHeaders } from '../../src/contracts/envelope.ts';
import { published, requestData } from '../bench-events.ts';
import { newEnvelope } from '../new-envelope.ts';
import type { RowRun } from '../row.ts';
import { manyInFlight } from './in-flight.ts';

/** Publishes with the client alone the same messages as Millrace's publisher does. */
export const publishWithClient = async (
  { url, events, measurement }: RowRun,
  row: 'publish-bare' | 'publish-defaults',
  options: ConnectionOptions,
): Promise<void> => {
  const connection = await connect({ ...options, servers: url, name: row });
  const jetstream = connection.jetstream();
  const { type } = published[row].Add;
  await manyInFlight(events, async (index) => {
    const data = requestData(index);
    const id = randomUUID();
    const made = headers();
    const envelope = writeHeaders({ ...newEnvelope(id, type), version: 1 });
    for (const name in envelope) made.set(name, envelope[name] ?? '');
    await jetstream.publish(`${type}.${data.userId}`, JSON.stringify(data), {
      headers: made,
      msgID: id,
    });
    measurement.add();
  });
  await connection.drain();
};
