import { facts as factEvents } from '../bench-events.ts';
import type { Compared, ComparedRow } from '../systems/compared.ts';
import { natsSystem } from '../systems/nats-system.ts';
import { postgresSystem } from '../systems/postgres-system.ts';
import { redisSystem } from '../systems/redis-system.ts';
import { systemComparison } from '../systems/system-comparison.ts';

const facts = natsSystem({ servers: 1, sync: 'default', stream: 'facts', isFilled: true });

const onNats = {
  system: facts,
  program: { kind: 'own', path: 'systems/bench-row.js' },
  events: { usual: 60_000, quick: 20_000 },
} as const;

const peer = (name: string) =>
  ({ kind: 'peer', peer: `bench/peers/${name}`, path: 'program.mjs' }) as const;

const rows: readonly ComparedRow[] = [
  {
    ...onNats,
    name: 'callback',
    title: 'nats client: callback that only acknowledges',
    does: "the client's consume() with 1,000 asked for at a time; nothing is read, nothing is done",
    differs: 'no work at all: a limit, not a way to work',
    settings: { row: 'callback' },
  },
  {
    ...onNats,
    name: 'unordered',
    title: 'Millrace, a service without order',
    does: 'one durable consumer that all replicas share; envelope, contract, lanes by key, time limit, retry and dead-letter policy, metrics, an empty async handler out of the container, ack',
    differs: '-',
    settings: { row: 'unordered' },
  },
  {
    ...onNats,
    events: { usual: 60_000 },
    name: 'ordered',
    title: 'Millrace, a service with order by key',
    does: `the same from ${factEvents.stream.partitions} partitions, each pinned to its owner and in stream order`,
    differs: 'order per key, also when replicas come, go and die',
    settings: { row: 'reaction' },
  },
  {
    ...onNats,
    events: { usual: 60_000 },
    name: 'watermark',
    title: 'Millrace, a service with order by key, acknowledged by watermark',
    does: 'the same, and each partition is acknowledged up to the last event before which all are finished',
    differs:
      'the same guarantees; after a crash more events may come again, which reactions see twice and states recognise',
    settings: { row: 'watermark' },
  },
  {
    ...onNats,
    name: 'for-await',
    title: 'nats client: the loop that people write',
    does: '`for await`, JSON, zod, an awaited empty handler, a counter and a histogram of prom-client, ack',
    differs:
      'one event at a time; no envelope, retry policy, dead letters, time limit or dependency injection',
    settings: { row: 'iterator-work' },
  },
  {
    name: 'nestjs',
    title: 'NestJS with nestjs-nats-jetstream-transport',
    does: 'its JetStream server (a push consumer), JSON, a controller with an empty async handler that acknowledges',
    differs: 'one event at a time; no validation, metrics, retry policy or dead letters',
    events: { usual: 60_000, quick: 20_000 },
    system: facts,
    program: peer('nestjs'),
    settings: {},
  },
  ...[64, 256].map(
    (concurrency): ComparedRow => ({
      name: `bullmq-${concurrency}`,
      title: `BullMQ, concurrency ${concurrency}`,
      does: 'jobs added before, a worker with an empty async handler, completed jobs removed; Redis with a log that is synced once a second',
      differs:
        'the data is JSON in Redis, unvalidated; no order per key, no metrics; retries and priorities are its own',
      events: concurrency === 64 ? { usual: 15_000, quick: 6_000 } : { usual: 15_000 },
      system: redisSystem,
      program: peer('bullmq'),
      settings: { concurrency },
    }),
  ),
  ...[false, true].map(
    (batches): ComparedRow => ({
      name: batches ? 'graphile-worker-batches' : 'graphile-worker',
      title: `graphile-worker, concurrency 64${batches ? ', local queue of 500' : ''}`,
      does: `jobs added before, an empty async task${batches ? ', jobs fetched 500 at a time and completed together' : ''}; counted when Postgres has deleted them`,
      differs: 'every completion is on the disk (fsync); no validation, metrics or order per key',
      events: batches ? { usual: 15_000 } : { usual: 5_000 },
      system: postgresSystem,
      program: peer('graphile-worker'),
      settings: { concurrency: 64, connections: 16, batches },
    }),
  ),
  {
    name: 'pg-boss',
    title: 'pg-boss, batches of 500, 4 at a time',
    does: 'jobs added before, fetched and completed by its own functions in four loops with an empty async handler',
    differs:
      'every completion is on the disk (fsync), a batch at a time; its own `work` rests half a second between batches, which is left out; no validation, metrics or order per key',
    events: { usual: 15_000 },
    system: postgresSystem,
    program: peer('pg-boss'),
    settings: { workers: 4, batchSize: 500, connections: 8 },
  },
];

const millrace = ['unordered', 'ordered', 'watermark'];

/** What is compared, and what Millrace is to be beside it. */
export const peers: Compared = {
  name: 'peers',
  about: 'Millrace beside other systems that hand events to a handler',
  rows,
  targets: [
    { row: 'for-await', by: millrace, least: 4 },
    { row: 'nestjs', by: millrace, least: 4 },
    { row: 'bullmq-64', by: millrace, least: 8 },
    { row: 'bullmq-256', by: millrace, least: 8 },
  ],
};

export const peersComparison = systemComparison(peers);
