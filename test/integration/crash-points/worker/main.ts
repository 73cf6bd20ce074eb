import { runWorker } from '../../../../src/infra/runtime/run-worker.ts';
import type { Moment } from './moment.ts';
import { serviceOf } from './service.ts';
import { watchWire } from './wire.ts';

/** A worker as any other, that ends itself at the moment that it is told. */
const environment = process.env;
const moment = JSON.parse(environment['MOMENT'] ?? '') as Moment;
if ('to' in moment) await watchWire(environment['NATS_URL'] ?? '', moment);
const ordering = environment['ORDERING'] === 'none' ? 'none' : 'key';
const acknowledge = environment['ACKNOWLEDGE'] === 'watermark' ? 'watermark' : 'each';
const place = 'in' in moment ? moment.in : undefined;
await runWorker(serviceOf(environment['SERVICE'] ?? '', place, ordering, acknowledge));
