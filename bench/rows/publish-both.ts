import { randomUUID } from 'node:crypto';
import { connect, headers } from 'nats';
import { writeHeaders } from '../../src/contracts/envelope.ts';
import { factSubject, placeOf, stateSubject } from '../../src/contracts/streams.ts';
import { rememberedCauses } from '../../src/infra/pipeline/causes.ts';
import { factData, keys, published, requestData } from '../bench-events.ts';
import { newEnvelope } from '../new-envelope.ts';
import type { Row, RowRun } from '../row.ts';
import { inFlight, manyInFlight } from './in-flight.ts';

const { stream, ItemAdded } = published['publish-both'];

/** The two messages of each decision, published for themselves: no batch, no guard, nothing read before. */
const publishFactsAndStates = async ({ url, events, measurement }: RowRun): Promise<void> => {
  const connection = await connect({ noAsyncTraces: true, servers: url, name: 'publish-both' });
  const jetstream = connection.jetstream();
  await manyInFlight(2 * events, async (number) => {
    const index = number >> 1;
    const place = placeOf(stream, requestData(index).userId);
    if (number % 2 === 1) {
      await jetstream.publish(stateSubject(stream, place), recordLike(index));
      measurement.add();
      return;
    }
    const made = headers();
    const envelope = writeHeaders({ ...newEnvelope(randomUUID(), ItemAdded.type), version: 1 });
    for (const name in envelope) made.set(name, envelope[name] ?? '');
    const body = JSON.stringify(factData(index));
    await jetstream.publish(factSubject(ItemAdded.type, stream, place), body, { headers: made });
  });
  await connection.drain();
};

/** As large as the record of a key after so many events. */
const recordLike = (index: number): string => {
  const { userId } = requestData(index);
  const causes = 'cause-mark-x'.repeat(Math.min(rememberedCauses, 1 + Math.floor(index / keys)));
  const position = { [stream.name]: index };
  const tally = {
    count: index,
    sum: 2 ** 47,
    late: [],
    marks: [{ sequence: 0, count: 0, sum: 0 }],
  };
  const state = { total: index };
  return JSON.stringify({ key: userId, state, causes, recent: [], settled: 0, position, tally });
};

export const publishBoth = {
  title: 'client: js.publish of facts and states',
  stream: 'published',
  does: `what the next row writes, a fact and a state as large for each event, by js.publish awaited with ${inFlight} in flight: no guarantee of any kind, nothing read, nothing older replaced`,
  run: publishFactsAndStates,
} as const satisfies Omit<Row, 'base'>;
