import { randomUUID } from 'node:crypto';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { published, requestData } from '../bench-events.ts';
import { newEnvelope } from '../new-envelope.ts';
import type { Row } from '../row.ts';
import { inFlight, manyInFlight } from './in-flight.ts';

export const publisher = {
  title: 'Millrace: publisher',
  stream: 'published',
  does: `bus.publisher with ${inFlight} in flight: checks the data by its contract, repeats until acknowledged, tells a duplicate`,
  run: async ({ url, events, measurement }) => {
    const options = { servers: [url], name: 'publisher', replicas: 1, storage: 'file' } as const;
    await using bus = await NatsBus.connect(options);
    const { Add } = published.publisher;
    await manyInFlight(events, async (index) => {
      await bus.publisher.publish(Add(requestData(index)), newEnvelope(randomUUID(), Add.type));
      measurement.add();
    });
  },
} as const satisfies Omit<Row, 'base'>;
