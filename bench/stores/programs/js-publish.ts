import { randomUUID } from 'node:crypto';
import { connect, headers, type MsgHdrs } from 'nats';
import { placeOf, stateSubject } from '../../../src/contracts/streams.ts';
import { encodeEvent } from '../../../src/infra/pipeline/encode.ts';
import { requests } from '../../bench-events.ts';
import { newEnvelope } from '../../new-envelope.ts';
import type { RunProgram } from '../../systems/program.ts';
import { timedInLanes } from './lanes.ts';

const { stream, ItemAdded } = requests;

/** Publishes for each event the fact and the state that Millrace would commit, one after the other. */
export const run: RunProgram = async ({ address, events, measurement, settings, factData }) => {
  const { inFlight, noAsyncTraces } = settings;
  const connection = await connect({
    servers: address.split(','),
    noAsyncTraces: noAsyncTraces === true,
  });
  const jetstream = connection.jetstream();
  const totals = new Map<string, number>();
  const publishOne = async (index: number): Promise<void> => {
    const data = factData(index);
    const total = (totals.get(data.userId) ?? 0) + data.quantity;
    totals.set(data.userId, total);
    const fact = encodeEvent(
      ItemAdded({ ...data, total }),
      newEnvelope(randomUUID(), ItemAdded.type),
    );
    await jetstream.publish(fact.subject, fact.body, { headers: headersOf(fact.headers) });
    const state = JSON.stringify({ key: data.userId, state: { total } });
    const subject = stateSubject(stream, placeOf(stream, data.userId));
    await jetstream.publish(subject, state, { headers: headersOf({ 'Nats-Rollup': 'sub' }) });
    measurement.add();
  };
  const times = await timedInLanes(events, Number(inFlight), publishOne);
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(stream.name);
  const expected = events + totals.size;
  if (state.messages !== expected) throw new Error(`${state.messages} instead of ${expected}`);
  await connection.close();
  return times;
};

const headersOf = (values: Readonly<Record<string, string>>): MsgHdrs => {
  const made = headers();
  for (const name in values) made.set(name, values[name] ?? '');
  return made;
};
