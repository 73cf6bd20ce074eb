import type { SampleEvent } from './sample-event.ts';
import { sampleSize, shopTraffic, type TrafficSize } from './shop-traffic.ts';

/** CloudEvents attributes come before the data, so that a line is read from its beginning. */
const order = [
  'specversion',
  'id',
  'source',
  'type',
  'dataversion',
  'partitionkey',
  'data',
] as const;

const lineOf = (event: SampleEvent): string =>
  `${JSON.stringify(Object.fromEntries(order.map((name) => [name, event[name]])))}\n`;

/** The sample as NDJSON: one request event a line. @default the sample in the repository */
export const sampleLines = (size: TrafficSize = sampleSize): string =>
  Array.from(shopTraffic(size), lineOf).join('');
