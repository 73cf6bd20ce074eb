import type { Row } from '../row.ts';
import { publishWithClient } from './bare-publisher.ts';
import { inFlight } from './in-flight.ts';

export const publishBare = {
  title: 'client: js.publish, no traces',
  stream: 'published',
  does: `js.publish awaited with ${inFlight} in flight, the same headers, data and message id; the client's noAsyncTraces set, as Millrace does`,
  run: (run) => publishWithClient(run, 'publish-bare', { noAsyncTraces: true }),
} as const satisfies Omit<Row, 'base'>;
