import type { Compared, ComparedRow, Program, RowSettings } from '../systems/compared.ts';
import { type NatsSystemOptions, natsSystem } from '../systems/nats-system.ts';
import { postgresSystem } from '../systems/postgres-system.ts';
import { restatePeer, restateSystem } from '../systems/restate-system.ts';
import { systemComparison } from '../systems/system-comparison.ts';

type Servers = Pick<NatsSystemOptions, 'servers' | 'sync'>;

const one: Servers = { servers: 1, sync: 'default' };
const synced: Servers = { servers: 1, sync: 'always' };
const cluster: Servers = { servers: 3, sync: 'default' };
const syncedCluster: Servers = { servers: 3, sync: 'always' };

const nats = (servers: Servers, isFilled: boolean) =>
  natsSystem({ ...servers, stream: 'requests', isFilled });

const own = (name: string): Program => ({ kind: 'own', path: `stores/programs/${name}.js` });
/** What the rows with one event after the other are compared with. */
const first = 'alone-millrace';
const few = { usual: 400 } as const;

/** A worker that finds its events in the stream. */
const worker = (name: string, servers: Servers, where: string, differs: string): ComparedRow => ({
  name,
  title: `Millrace, ${where}`,
  does: 'a whole worker: events from the stream, the state of the key, a decision; state and fact committed together, once, in order per key',
  differs,
  events: name === 'millrace' ? { usual: 60_000, quick: 15_000 } : { usual: 60_000 },
  system: nats(servers, true),
  program: { kind: 'own', path: 'systems/bench-row.js' },
  settings: { row: 'state', STREAM_REPLICAS: servers.servers },
});

/** One event after the other, with nothing else to do. */
const alone = (
  program: 'millrace-alone' | 'millrace-commit',
  name: string,
  servers: Servers,
  where: string,
): ComparedRow => ({
  name,
  ...(program === 'millrace-alone'
    ? {
        title: `Millrace, one event alone, ${where}`,
        does: 'an event is published, a worker handles it and commits, the fact is read from the stream',
        differs: 'the time from publishing to reading the fact, on two connections',
      }
    : {
        title: `Millrace's commit alone, ${where}`,
        does: 'a fact and the state of a key in one batch upon the revision of the state',
        differs:
          'the commit without the event: what comes before and after it is left out, as for the stores',
      }),
  events: few,
  base: first,
  system: nats(servers, false),
  program: own(program),
  settings: { replicas: servers.servers },
});

const postgres = (
  name: string,
  title: string,
  settings: RowSettings & { readonly connections: number; readonly statement: 'one' | 'many' },
): ComparedRow => ({
  name,
  title,
  does:
    settings.statement === 'one'
      ? 'one statement: inbox, state and outbox, the decision made in SQL'
      : 'begin, insert into an inbox, select for update, upsert, insert into an outbox, commit; prepared statements',
  differs:
    'every commit is on the disk (fsync); the event is at hand and comes from no queue; keys are spread so that no two connections wait for one; nothing is told to others',
  events:
    settings.connections === 1
      ? few
      : settings.statement === 'one'
        ? { usual: 15_000 }
        : { usual: 6_000, quick: 2_000 },
  ...(settings.connections === 1 ? { base: first } : {}),
  system: postgresSystem,
  program: { kind: 'peer', peer: 'bench/stores/postgres', path: 'program.mjs' },
  settings,
});

const restate = (inFlight: number): ComparedRow => ({
  name: `restate-${inFlight}`,
  title: `Restate virtual object, ${inFlight} in flight`,
  does: 'HTTP calls with an idempotency key to an object that reads its state, adds up, sets it and answers',
  differs:
    'its defaults, which sync its log to the disk; the event comes over HTTP from another process, whose time is not counted; no fact is told to others',
  events: inFlight === 1 ? few : { usual: 4_000, quick: 1_500 },
  system: restateSystem,
  program: { kind: 'peer', peer: restatePeer, path: 'program.mjs' },
  settings: { inFlight },
});

const traces = {
  defaults: ", the client's defaults",
  bare: ', noAsyncTraces',
} as const;

/** With the client's default options, or without the stack trace that it then makes for each request. */
type Traces = keyof typeof traces;

const keyValue = (inFlight: number, which: Traces): ComparedRow => ({
  name: `key-value-${inFlight}${which === 'bare' ? '-bare' : ''}`,
  title: `NATS key-value bucket, ${inFlight} in flight${traces[which]}`,
  does: 'get, add up, update upon the revision that was read',
  differs:
    'the event is at hand; no fact, no event is recognised when it comes again; one server, default sync_interval',
  events:
    inFlight === 1 ? few : which === 'bare' ? { usual: 20_000, quick: 6_000 } : { usual: 20_000 },
  system: nats(one, false),
  program: own('key-value'),
  settings: { inFlight, noAsyncTraces: which === 'bare' },
});

const publishing = (inFlight: number, which: Traces): ComparedRow => ({
  name: `js-publish-${inFlight}${which === 'bare' ? '-bare' : ''}`,
  title: `js.publish, ${inFlight} in flight${traces[which]}`,
  does: 'the fact and the state of each event, two awaited publishes one after the other, as many at a time as messages in flight',
  differs:
    'no guarantee at all: no state is read, nothing is recognised, the two can be torn apart; the state without what Millrace remembers in it; one server, default sync_interval',
  events:
    inFlight === 1 ? few : which === 'bare' ? { usual: 30_000, quick: 10_000 } : { usual: 30_000 },
  system: nats(one, false),
  program: own('js-publish'),
  settings: { inFlight, noAsyncTraces: which === 'bare' },
});

const rows: readonly ComparedRow[] = [
  worker(
    'millrace',
    one,
    'one server',
    'acknowledged, on the disk within two minutes (the default of nats-server)',
  ),
  worker(
    'millrace-synced',
    synced,
    'one server, `sync_interval: always`',
    'on the disk when acknowledged',
  ),
  worker(
    'millrace-cluster',
    cluster,
    'three servers',
    'three copies, all on this machine, on the disk within two minutes',
  ),
  worker(
    'millrace-cluster-synced',
    syncedCluster,
    'three servers, `sync_interval: always`',
    'three copies, all on this machine, on the disk when acknowledged',
  ),
  restate(256),
  postgres('postgres-16', 'Postgres inbox, 16 connections', { connections: 16, statement: 'many' }),
  postgres('postgres-16-one', 'Postgres inbox, 16 connections, one statement', {
    connections: 16,
    statement: 'one',
  }),
  keyValue(64, 'defaults'),
  keyValue(64, 'bare'),
  publishing(256, 'defaults'),
  publishing(256, 'bare'),
  alone('millrace-alone', 'alone-millrace', one, 'one server'),
  alone('millrace-commit', 'alone-commit', one, 'one server'),
  alone('millrace-alone', 'alone-millrace-cluster', cluster, 'three servers'),
  alone('millrace-commit', 'alone-commit-cluster', cluster, 'three servers'),
  { ...restate(1), name: 'alone-restate', base: first },
  postgres('alone-postgres', 'Postgres inbox, one connection', {
    connections: 1,
    statement: 'many',
  }),
  postgres('alone-postgres-one', 'Postgres inbox, one connection, one statement', {
    connections: 1,
    statement: 'one',
  }),
  { ...keyValue(1, 'bare'), name: 'alone-key-value', base: first },
  { ...publishing(1, 'bare'), name: 'alone-js-publish', base: first },
];

const both = ['millrace', 'millrace-synced'];

/** What is compared, and what Millrace is to be beside it. */
export const stores: Compared = {
  name: 'stores',
  about: 'Millrace beside other ways of changing a state once for each event',
  rows,
  targets: [
    { row: 'restate-256', by: both, least: 8 },
    { row: 'postgres-16', by: both, least: 5 },
    { row: 'postgres-16-one', by: both, least: 5 },
    { row: 'key-value-64', by: ['millrace'], least: 3 },
    { row: 'key-value-64-bare', by: ['millrace'], least: 3 },
    { row: 'js-publish-256', by: ['millrace'], least: 0.8 },
    { row: 'js-publish-256-bare', by: ['millrace'], least: 0.8 },
  ],
};

export const storesComparison = systemComparison(stores);
