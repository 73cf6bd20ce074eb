import type { Row } from '../row.ts';
import { publishWithClient } from './bare-publisher.ts';

export const publishDefaults = {
  title: 'client: js.publish, defaults',
  stream: 'published',
  does: "the same with the client's default options, which make a stack trace for each publish",
  run: (run) => publishWithClient(run, 'publish-defaults', {}),
} as const satisfies Omit<Row, 'base'>;
