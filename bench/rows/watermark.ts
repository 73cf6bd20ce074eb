import { markingService } from '../bench-services.ts';
import type { Row } from '../row.ts';
import { runService } from './millrace.ts';

export const watermark = {
  title: 'Millrace: no state, by watermark',
  stream: 'facts',
  does: 'the same worker; each partition is acknowledged up to the last event before which all are finished',
  run: (run) => runService(markingService, run),
} as const satisfies Omit<Row, 'base'>;
