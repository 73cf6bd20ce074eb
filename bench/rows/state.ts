import { addingService } from '../bench-services.ts';
import type { Row } from '../row.ts';
import { runService } from './millrace.ts';

export const state = {
  title: 'Millrace: state and a fact, once',
  stream: 'requests',
  does: 'the same, and each event changes the state of its key and makes a fact: both committed once, in order per key, by group commit. Writes two messages for each that it reads; other data than the rows above',
  run: (run) => runService(addingService, run),
} as const satisfies Omit<Row, 'base'>;
