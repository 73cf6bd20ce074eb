import { randomUUID } from 'node:crypto';
import { placeOf } from '../../../src/contracts/streams.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { encodeEvent } from '../../../src/infra/pipeline/encode.ts';
import { requests } from '../../bench-events.ts';
import { newEnvelope } from '../../new-envelope.ts';
import type { RunProgram } from '../../systems/program.ts';
import { timedInLanes } from './lanes.ts';

const { stream, ItemAdded } = requests;

/** Commits a fact and the state of a key upon its revision, again and again: what a decision alone waits for. */
export const run: RunProgram = async ({ address, events, measurement, settings, factData }) => {
  const replicas = Number(settings['replicas']);
  const options = {
    servers: address.split(','),
    name: 'commit',
    replicas,
    storage: 'file',
  } as const;
  await using bus = await NatsBus.connect(options);
  const commits = bus.commits(stream);
  const revisions = new Map<string, number>();
  return await timedInLanes(events, 1, async (index) => {
    const data = factData(index);
    const fact = encodeEvent(ItemAdded(data), newEnvelope(randomUUID(), ItemAdded.type));
    const state = {
      place: placeOf(stream, data.userId),
      revision: revisions.get(data.userId) ?? 0,
      record: JSON.stringify({ key: data.userId, state: { total: data.total } }),
    };
    const result = await commits.commit({ state, messages: [fact] });
    if (result.kind !== 'committed') throw new Error(`a commit is ${result.kind}`);
    revisions.set(data.userId, result.revision);
    measurement.add();
  });
};
