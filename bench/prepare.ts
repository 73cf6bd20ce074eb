import { NatsBus } from '../src/infra/nats/nats-bus.ts';
import type { Topology } from '../src/infra/pipeline/ports.ts';
import { factData, facts, published, requestData, requests } from './bench-events.ts';
import { fillStream } from './flood/fill-stream.ts';
import type { Row } from './row.ts';

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
    await fillStream(bus, facts.stream, events, (index) => facts.ItemAdded(factData(index)));
  }
  if (needs('requests')) {
    await fillStream(bus, requests.stream, events, (index) => requests.Add(requestData(index)));
  }
};
