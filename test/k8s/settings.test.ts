import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeArguments, workerArguments } from '../../bench/node-arguments.ts';
import { brokerUsers } from '../../src/cli/secrets/broker-users.ts';
import { Metrics } from '../../src/infra/observability/metrics.ts';
import {
  gatewayEnvironment,
  observerEnvironment,
  readConfig,
  workerEnvironment,
} from '../../src/infra/runtime/config.ts';
import { HealthServer } from '../../src/infra/runtime/health-server.ts';
import { topologyOf } from '../../src/infra/runtime/topology-of.ts';
import { cart } from '../../src/workers/cart/service.ts';
import { product } from '../../src/workers/product/service.ts';
import { user } from '../../src/workers/user/service.ts';
import {
  bytes,
  componentOf,
  containerOf,
  environmentOf,
  type Manifest,
  processesIn,
  type Workload,
  workersIn,
} from './manifest.ts';
import { overlays } from './parts.ts';
import { render } from './render.ts';

const root = join(import.meta.dirname, '../..');

/** What Node.js reads itself. */
const ofNode = 'NODE_OPTIONS';
/** As many as an autoscaler asks for at most. */
const mostReplicas = 8;
/** What leaving takes after the work is drained. */
const leaveMs = 5_000;
/** A worker that has abandoned something waits so long to be scraped once more. */
const scrapeMs = 10_000;

const schemas = {
  gateway: gatewayEnvironment,
  observer: observerEnvironment,
  worker: workerEnvironment,
};

const schemaOf = (workload: Workload) => schemas[componentOf(workload) as keyof typeof schemas];

const settingsOf = (manifests: readonly Manifest[], workload: Workload) => {
  const { [ofNode]: _heap, ...settings } = environmentOf(manifests, workload);
  return settings;
};

const everything = ['keda', 'plain-monitoring', 'network-policies', 'zone-spread'] as const;

for (const overlay of overlays) {
  test(`every process of ${overlay} gets settings that its program knows and accepts`, async (context) => {
    const tls = overlay === 'bring-your-own-nats' ? 'tls-clients' : 'tls';
    const manifests = await render(context, overlay, [...everything, tls]);
    const processes = processesIn(manifests);
    const wanted = { STREAM_REPLICAS: overlay === 'dev' ? 1 : 3, HEALTH_PORT: 8080 };

    expect(processes).toHaveLength(5);
    for (const workload of processes) {
      const schema = schemaOf(workload);
      const settings = settingsOf(manifests, workload);
      const unknown = Object.keys(settings).filter((name) => !(name in schema.shape));

      expect(unknown, workload.metadata.name).toEqual([]);
      expect(Object.keys(settings).length).toBeGreaterThanOrEqual(8);
      expect(readConfig(schema, settings)).toMatchObject(wanted);
    }
  });
}

test('who a process is to the broker, it reads from the Secret of its name', async (context) => {
  const manifests = await render(context, 'prod');
  const secrets = new Map(brokerUsers.map(({ secret, name }) => [secret, name]));

  for (const workload of processesIn(manifests)) {
    const { volumes } = workload.spec.template.spec;
    const volume = volumes.find(({ name }) => name === 'nats-user');
    const mount = containerOf(workload).volumeMounts.find(({ name }) => name === 'nats-user');
    const name = workload.metadata.name.replace('worker-', '');

    expect(secrets.get(volume?.secret?.secretName), workload.metadata.name).toBe(name);
    expect(settingsOf(manifests, workload)['NATS_NKEY_FILE']).toBe(`${mount?.mountPath}/nkey`);
  }
});

test('every process runs a program that there is', async (context) => {
  const programs = processesIn(await render(context, 'prod')).map((each) => containerOf(each).args);

  expect(programs.sort()).toEqual([
    ['dist/gateway/main.js'],
    ['dist/observer/main.js'],
    ['dist/workers/cart/main.js'],
    ['dist/workers/product/main.js'],
    ['dist/workers/user/main.js'],
  ]);
  for (const [program = ''] of programs) {
    const source = program.replace(/^dist/, 'src').replace(/js$/, 'ts');
    expect(existsSync(join(root, source)), source).toBe(true);
  }
});

test('probes and Prometheus ask where the health server answers', async (context) => {
  const manifests = await render(context, 'prod');
  const metrics = new Metrics('test');
  let notReady: readonly string[] = [];
  const options = { host: '127.0.0.1', port: 0, readiness: () => notReady, metrics };
  await using server = await HealthServer.listen(options);
  const statusOf = async (path: string) =>
    (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;

  for (const workload of processesIn(manifests)) {
    const { startupProbe, readinessProbe, livenessProbe, ports } = containerOf(workload);
    const { annotations = {} } = workload.spec.template.metadata;
    const port = ports.find(({ name }) => name === 'health')?.containerPort;
    const ready = readinessProbe.httpGet.path;

    expect(String(port)).toBe(settingsOf(manifests, workload)['HEALTH_PORT']);
    expect(annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(port),
      'prometheus.io/path': '/metrics',
    });
    expect(await statusOf('/metrics')).toBe(200);
    expect(
      [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet.port),
    ).toEqual(['health', 'health', 'health']);
    expect(startupProbe.httpGet.path).toBe(ready);
    notReady = [];
    expect([await statusOf(ready), await statusOf(livenessProbe.httpGet.path)]).toEqual([200, 200]);
    notReady = ['draining'];
    expect([await statusOf(ready), await statusOf(livenessProbe.httpGet.path)]).toEqual([503, 200]);
  }
});

test('the gateway listens where its service leads', async (context) => {
  const manifests = await render(context, 'prod');
  const gateway = processesIn(manifests).find(({ metadata }) => metadata.name === 'gateway')!;
  const port = containerOf(gateway).ports.find(({ name }) => name === 'http')?.containerPort;

  expect(String(port)).toBe(settingsOf(manifests, gateway)['HTTP_PORT']);
});

test('the key of the tokens is a file of the secret that is made by hand', async (context) => {
  const manifests = await render(context, 'prod');
  const gateway = processesIn(manifests).find(({ metadata }) => metadata.name === 'gateway')!;
  const { volumes } = gateway.spec.template.spec;
  const volume = volumes.find(({ secret }) => secret?.secretName === 'gateway-token-key')!;
  const mount = containerOf(gateway).volumeMounts.find(({ name }) => name === volume.name);

  expect(volume.secret).toEqual({
    secretName: 'gateway-token-key',
    defaultMode: 0o440,
    optional: false,
  });
  expect(settingsOf(manifests, gateway)['TOKEN_KEY_FILE']).toBe(`${mount?.mountPath}/key.pem`);
  expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
});

test('a process that is told to leave has the time for it', async (context) => {
  const manifests = await render(context, 'prod');

  for (const workload of processesIn(manifests)) {
    const { DRAIN_TIMEOUT_MS } = readConfig(schemaOf(workload), settingsOf(manifests, workload));
    const waitMs = componentOf(workload) === 'worker' ? scrapeMs : 0;
    const pauseSeconds = containerOf(workload).lifecycle?.preStop?.sleep?.seconds ?? 0;
    const graceMs = workload.spec.template.spec.terminationGracePeriodSeconds * 1_000;

    expect(graceMs, workload.metadata.name).toBeGreaterThanOrEqual(
      pauseSeconds * 1_000 + DRAIN_TIMEOUT_MS + leaveMs + waitMs,
    );
  }
});

test('a handler ends before its lease and before the drain do', async (context) => {
  const manifests = await render(context, 'prod');
  const workers = workersIn(manifests);

  expect(workers).toHaveLength(3);
  for (const worker of workers) {
    const settings = readConfig(workerEnvironment, settingsOf(manifests, worker));

    expect(settings.HANDLER_TIMEOUT_MS).toBeLessThan(settings.ACK_WAIT_MS);
    expect(settings.HANDLER_TIMEOUT_MS).toBeLessThanOrEqual(settings.DRAIN_TIMEOUT_MS);
  }
});

const heapOptions = /^--max-old-space-size=(?<old>\d+)( --max-semi-space-size=(?<young>\d+))?$/;

test('the benchmark gives workers the heap that they have, and all its processes the young part of it', async (context) => {
  const manifests = await render(context, 'prod');
  const workers = workersIn(manifests);

  expect(workers).toHaveLength(3);
  for (const worker of workers) {
    const options = environmentOf(manifests, worker)[ofNode];
    expect(options?.split(' ')).toEqual(workerArguments);
  }
  expect(workerArguments).toEqual(expect.arrayContaining([...nodeArguments]));
});

test('the heap is at most three quarters of the memory', async (context) => {
  const manifests = await render(context, 'prod');

  for (const workload of processesIn(manifests)) {
    const options = environmentOf(manifests, workload)[ofNode] ?? '';
    const { old, young = '16' } = heapOptions.exec(options)?.groups ?? {};
    const heapMiB = Number(old) + 3 * Number(young);
    const limit = bytes(containerOf(workload).resources.limits['memory'] ?? '');

    expect(heapMiB * 2 ** 20, workload.metadata.name).toBeLessThanOrEqual(limit * 0.75);
  }
});

test('what a replica asks for, its consumers hand out', async (context) => {
  const manifests = await render(context, 'prod');
  const services = [user, product, cart];

  expect(workersIn(manifests)).toHaveLength(services.length);
  for (const worker of workersIn(manifests)) {
    const service = services.find(({ name }) => `worker-${name}` === worker.metadata.name)!;
    const { PREFETCH, CONCURRENCY, ACK_WAIT_MS } = readConfig(
      workerEnvironment,
      settingsOf(manifests, worker),
    );
    for (const { ordering, maxAckPending } of topologyOf(service, ACK_WAIT_MS).consumers) {
      // A partition has one owner; a shared consumer hands out to all replicas that there may be.
      const askers = ordering === 'key' ? 1 : mostReplicas;

      expect(CONCURRENCY).toBeLessThanOrEqual(PREFETCH);
      expect(PREFETCH * askers).toBeLessThanOrEqual(maxAckPending);
    }
  }
});

test('workers differ in their names and programs alone', async (context) => {
  const manifests = await render(context, 'prod');
  const workers = workersIn(manifests);
  const texts = workers.map((worker) => {
    const name = worker.metadata.name.replace('worker-', '');
    return JSON.stringify(worker)
      .replaceAll(`workers/${name}/`, 'workers/x/')
      .replaceAll(`worker-${name}`, 'worker-x')
      .replaceAll(`worker-settings-${name}`, 'worker-settings-x');
  });

  expect(texts).toHaveLength(3);
  expect(new Set(texts).size).toBe(1);
});
