import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { differencesOf, type LogLine, linesIn } from '../support/log-tables.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { contentsOf, publish } from '../support/running-service.ts';
import { ShakyDo, shakyService } from '../support/shaky-service.ts';
import { soon } from '../support/soon.ts';
import { frailWorker } from '../support/worker-process.ts';
import { openBus } from '../support/world-on-nats.ts';
import { codeIn, pageText, rowsOf } from './markdown.ts';

const page = pageText('logging.md');
const documented = linesIn(page);
const root = join(import.meta.dirname, '../..');

let server: NatsServer;
/** What a worker has said, from its start to its end, with a retry, a parked key and two dead letters. */
let lines: readonly LogLine[];

const { stream } = shakyService;
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

beforeAll(async () => {
  server = await startNatsServer();
  await using bus = await openBus(server);
  await using worker = frailWorker({
    NATS_URL: server.url,
    LOG_LEVEL: 'debug',
    BREAK: '2',
    FAIL: '4',
    ON_EXHAUSTED: 'park',
  });
  await soon(() => worker.healthUrl, 30_000);
  for (const n of [1, 2, 3]) await publish(bus, ShakyDo({ key: 'jane', n }), `event-${n}`);
  const headers = { 'ce-specversion': '1.0', 'ce-id': 'event-4', traceparent };
  const body = JSON.stringify({ key: 'jim', n: 4 });
  await bus.publisher.publishRaw({ subject: 'shaky.do.jim', headers, body }, 'event-4');
  await soon(async () =>
    expect(await contentsOf(bus, stream, subjectsOf(stream).deadLetters)).toHaveLength(2),
  );
  await soon(() => expect(worker.lines().filter(({ msg }) => msg === 'parked')).toHaveLength(1));
  worker.signal('SIGTERM');
  expect(await worker.ends()).toBe(0);
  lines = worker.lines();
}, 60_000);
afterAll(() => server.stop());

const line = (msg: string, eventId: string) =>
  lines.find((one) => one['msg'] === msg && one['eventId'] === eventId);

test('every line that a worker writes is as the docs say', () => {
  expect(lines.length).toBeGreaterThan(8);
  expect(lines.flatMap((one) => differencesOf(one, documented))).toEqual([]);
});

test('each kind of line about an event was among them', () => {
  const said = new Set(lines.map(({ msg }) => msg));

  for (const name of [
    'settled',
    'retry',
    'dead letter',
    'parked',
    'running',
    'draining',
    'drained',
  ])
    expect(said).toContain(name);
});

test('a dead letter says what led to it, and why', () => {
  expect(line('dead letter', 'event-4')).toMatchObject({
    reason: 'exhausted',
    errorName: 'Error',
    error: 'no luck with 4 this time',
    causes: ['TypeError: the reason of it'],
    chain: ['event-4'],
    trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    span_id: '00f067aa0ba902b7',
  });
});

test('nobody is named', () => {
  expect(JSON.stringify(lines)).not.toMatch(/jane|jim/);
});

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(infra|gateway|observer|workers)\/.*\.ts$/.test(path))
  .map((path) => readFileSync(join(root, 'src', path), 'utf8'));

/** The texts of the lines that code writes: the last argument of a call of a logger. */
const written = new Set(
  sources.flatMap((code) =>
    [
      ...code.matchAll(
        /\blog(?:ger)?(?:\.(?:debug|info|warn|error|fatal)|\[level\])\(([^;]*?)'([a-z][^'\n]{3,})',?\s*\)/g,
      ),
    ].map(([, , text = '']) => text),
  ),
);

test('every line that is written anywhere is in the docs, and none that is not', () => {
  expect(written.size).toBeGreaterThan(20);
  expect([...documented.keys()].sort()).toEqual([...written].sort());
});

test('every field is explained', () => {
  const explained = new Set(
    rowsOf(page, ['field', 'unit', 'meaning']).flatMap(({ field = '' }) => codeIn(field)),
  );
  const used = rowsOf(page, ['line', 'level', 'fields']).slice(0, 4);

  for (const { fields = '' } of used)
    for (const field of codeIn(fields)) expect(explained).toContain(field);
});
