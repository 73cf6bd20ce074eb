import { glancingService } from '../bench-services.ts';
import type { Row } from '../row.ts';
import { runService } from './millrace.ts';

export const unordered = {
  title: 'Millrace: no order, no state',
  stream: 'facts',
  does: 'a whole worker of a service without order: one durable consumer that all replicas share, envelope, contract, keys one by one, time limit, retry and dead-letter policy, metrics, an empty async handler out of the container, an ack for each event',
  run: (run) => runService(glancingService, run),
} as const satisfies Omit<Row, 'base'>;
