import { randomUUID } from 'node:crypto';
import type { OutgoingEvent } from '../src/contracts/define-event.ts';
import type { ServiceStream } from '../src/contracts/streams.ts';
import { NatsBus } from '../src/infra/nats/nats-bus.ts';
import { encodeEvent } from '../src/infra/pipeline/encode.ts';
import type { Topology } from '../src/infra/pipeline/ports.ts';
import { factData, facts, published, requestData, requests } from './bench-events.ts';
import { newEnvelope } from './new-envelope.ts';
import type { Row } from './row.ts';

/** As many as one atomic batch holds. */
const atOnce = 1_000;

const topology: Topology = {
  streams: [facts, requests, ...Object.values(published)].map(({ stream }) => stream),
  consumers: [],
};

/** Makes the streams on a new server and fills those that the rows read. */
export const prepare = async (
  url: string,
  events: number,
  rows: readonly Pick<Row, 'stream'>[],
): Promise<void> => {
  const options = { servers: [url], name: 'prepare', replicas: 1, storage: 'file' } as const;
  await using bus = await NatsBus.connect(options);
  await bus.ensure(topology);
  const needs = (stream: Row['stream']): boolean => rows.some((row) => row.stream === stream);
  if (needs('facts')) {
    await fill(bus, facts.stream, events, (index) => facts.ItemAdded(factData(index)));
  }
  if (needs('requests')) {
    await fill(bus, requests.stream, events, (index) => requests.Add(requestData(index)));
  }
};

const fill = async (
  bus: NatsBus,
  stream: ServiceStream,
  events: number,
  make: (index: number) => OutgoingEvent,
): Promise<void> => {
  const commits = bus.commits(stream);
  for (let from = 0; from < events; from += atOnce) {
    const messages = Array.from({ length: Math.min(atOnce, events - from) }, (_, offset) => {
      const event = make(from + offset);
      return encodeEvent(event, newEnvelope(randomUUID(), event.contract.type));
    });
    const { kind } = await commits.commit({ messages });
    if (kind !== 'committed') throw new Error(`${stream.name} could not be filled`);
  }
};
