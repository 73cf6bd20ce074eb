import { z } from 'zod';
import { type DataOf, defineEvent } from '../../src/contracts/define-event.ts';
import { identifier } from '../../src/contracts/fields.ts';
import { defineStream } from '../../src/contracts/streams.ts';

const data = z.object({ key: identifier, amount: z.int() });

/** The request event and the fact of a flood, in a stream of so many partitions. */
export const floodEvents = (partitions: number) => {
  const stream = defineStream('flood', partitions);
  const common = { version: 1, stream, data, key: (of: z.infer<typeof data>) => of.key } as const;
  return {
    stream,
    Add: defineEvent({ ...common, type: 'flood.add', kind: 'request' }),
    Added: defineEvent({ ...common, type: 'flood.added', kind: 'fact' }),
  };
};

/** What both events say. */
export type FloodData = DataOf<ReturnType<typeof floodEvents>['Add']>;

/** The data of the event of this number. */
export const floodData = (index: number, keys: number): FloodData => ({
  key: `k${index % keys}`,
  amount: 1 + (index % 3),
});

/** The key whose events always fail. */
export const poisonedKey = 'poisoned';

/** The same with some events of that key among them, evenly. */
export const poisonedData = (
  index: number,
  { events, poisoned, keys }: { events: number; poisoned: number; keys: number },
): FloodData => {
  const [before, after] = [index, index + 1].map((at) =>
    Math.floor((at * poisoned) / (events + poisoned)),
  ) as [number, number];
  return after > before ? { key: poisonedKey, amount: 1 } : floodData(index - before, keys);
};
