import { z } from 'zod';
import { defineEvent } from '../../src/contracts/define-event.ts';
import { identifier } from '../../src/contracts/fields.ts';
import { defineStream } from '../../src/contracts/streams.ts';

const stream = defineStream('latency');
const data = z.object({
  key: identifier,
  /** Which one it is, from 0. */
  number: z.int(),
  /** When it was published, in microseconds of the machine's own clock. */
  atMicros: z.int(),
});
const common = { version: 1, stream, data, key: (of: z.infer<typeof data>) => of.key } as const;

/** Events that say when they were published. */
export const latencyEvents = {
  stream,
  Ask: defineEvent({ ...common, type: 'latency.ask', kind: 'request' }),
  Answered: defineEvent({ ...common, type: 'latency.answered', kind: 'fact' }),
};

export type LatencyData = z.infer<typeof data>;

/** How many keys they belong to. */
export const latencyKeys = 1_000;
