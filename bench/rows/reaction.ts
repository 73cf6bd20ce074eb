import { lookingService } from '../bench-services.ts';
import type { Row } from '../row.ts';
import { runService } from './millrace.ts';

export const reaction = {
  title: 'Millrace: no state, no effect',
  stream: 'facts',
  does: 'a whole worker: pull loop, envelope, contract, lanes by key, time limit, retry and dead-letter policy, metrics, an empty async handler out of the container, ack',
  run: (run) => runService(lookingService, run),
} as const satisfies Omit<Row, 'base'>;
