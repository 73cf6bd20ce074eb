import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subjectsOf } from '../../src/contracts/streams.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { contentsOf, publish } from '../support/running-service.ts';
import { ShakyDo, shakyService } from '../support/shaky-service.ts';
import { soon } from '../support/soon.ts';
import { frailWorker } from '../support/worker-process.ts';
import { openBus } from '../support/world-on-nats.ts';

const { stream } = shakyService;
let server: NatsServer;
/** Takes connections and requests, and answers none. */
let silent: Server;

beforeAll(async () => {
  server = await startNatsServer();
  silent = createServer(() => {});
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
});
afterAll(async () => {
  silent.closeAllConnections();
  silent.close();
  await server.stop();
});

/** So patient that whoever waited for an export would be seen to wait. */
const patience = {
  OTEL_EXPORTER_OTLP_TIMEOUT: '120000',
  OTEL_BSP_EXPORT_TIMEOUT: '120000',
  OTEL_BSP_SCHEDULE_DELAY: '20',
  OTEL_BSP_MAX_QUEUE_SIZE: '100',
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50',
};

const settled = async (endpoint: string, name: string, environment = {}) => {
  await using bus = await openBus(server);
  await using worker = frailWorker({
    NATS_URL: server.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    ...patience,
    ...environment,
  });
  await soon(() => worker.healthUrl, 30_000);
  const ids = Array.from({ length: 400 }, (_, n) => `${name}-${n}`);
  await Promise.all(ids.map((id, n) => publish(bus, ShakyDo({ key: `k${n}`, n }), id)));
  await soon(async () => {
    const facts = await contentsOf(bus, stream, subjectsOf(stream).facts);
    const causes = new Set(facts.map(({ header }) => header('ce-causationid')));
    expect(ids.filter((id) => !causes.has(id))).toEqual([]);
  }, 30_000);
  worker.signal('SIGTERM');
  return { code: await worker.ends(), lines: worker.lines(), errors: worker.errors };
};

test('a collector that never answers holds up nobody, not even who leaves', async () => {
  const { port } = silent.address() as AddressInfo;

  const { code, lines, errors } = await settled(`http://127.0.0.1:${port}`, 'silent');

  expect(code).toBe(0);
  expect(errors).toBe('');
  expect(lines.filter(({ msg }) => msg === 'tracing trouble').length).toBeLessThanOrEqual(1);
}, 60_000);

test('a collector that is not there is named once, in a line of the log', async () => {
  const quick = { OTEL_EXPORTER_OTLP_TIMEOUT: '100' };

  const { code, lines, errors } = await settled('http://127.0.0.1:1', 'nobody', quick);

  expect(code).toBe(0);
  expect(errors).toBe('');
  const trouble = lines.filter(({ msg }) => msg === 'tracing trouble');
  expect(trouble).toHaveLength(1);
  expect(trouble[0]).toMatchObject({ level: 40, what: expect.stringContaining('ECONNREFUSED') });
}, 60_000);

const loaded = async (environment: Readonly<Record<string, string>>): Promise<string[]> => {
  const dist = resolve(import.meta.dirname, '../../dist/infra');
  const code = `
    import { createRequire } from 'node:module';
    const { openTracing } = await import('${dist}/tracing/open-tracing.js');
    const { commonEnvironment, readConfig } = await import('${dist}/runtime/config.js');
    await import('${dist}/runtime/run-worker.js');
    const settings = readConfig(commonEnvironment);
    const logger = { warn() {} };
    await openTracing({ service: 's', version: '1', instance: 'i', logger, clock: Date, settings });
    const modules = Object.keys(createRequire('${dist}/x.js').cache);
    console.log(modules.filter((path) => /opentelemetry.(sdk|exporter|core)/.test(path)).join());
  `;
  const args = ['--input-type=module', '-e', code];
  const env = { PATH: process.env['PATH'], ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return stdout.trim().split(',').filter(Boolean);
};

test('nothing of it is loaded until somebody names a collector', async () => {
  const named = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };

  expect(await loaded({})).toEqual([]);
  expect((await loaded(named)).length).toBeGreaterThan(10);
  expect(await loaded({ ...named, OTEL_SDK_DISABLED: 'true' })).toEqual([]);
  expect(await loaded({ ...named, OTEL_TRACES_EXPORTER: 'none' })).toEqual([]);
});
