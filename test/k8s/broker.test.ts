import { expect, test } from 'vitest';
import { tools } from '../../src/cli/provision/tools.ts';
import { compareVersions } from '../../src/cli/provision/version.ts';
import { readSecretsArguments } from '../../src/cli/secrets/secrets-arguments.ts';
import { brokerFilesIn, sayOfConfiguration } from './broker-folder.ts';
import {
  bytes,
  containerOf,
  environmentOf,
  type Manifest,
  processesIn,
  workersIn,
  workloadsIn,
} from './manifest.ts';
import { render } from './render.ts';

const serverPorts = { client: 4222, cluster: 6222, monitor: 8222 };

const brokerIn = (manifests: readonly Manifest[]) =>
  workloadsIn(manifests).find(({ metadata }) => metadata.name === 'nats')!;

const configIn = (manifests: readonly Manifest[]): string =>
  brokerFilesIn(manifests)['nats.conf'] ?? '';

const settingIn = (config: string, name: string): string =>
  new RegExp(`^\\s*${name}: (\\S+)$`, 'm').exec(config)?.[1] ?? `${name} is missing`;

test('the broker is new enough, and of one version', async (context) => {
  const { image } = containerOf(brokerIn(await render(context, 'prod')));
  const [, version = ''] = /^nats:(\d+\.\d+\.\d+)-alpine$/.exec(image) ?? [];

  expect(compareVersions(version, tools['nats-server'].minimum)).toBeGreaterThanOrEqual(0);
});

for (const overlay of ['dev', 'prod'] as const) {
  test(`nats-server accepts its configuration of ${overlay}`, async (context) => {
    expect(await sayOfConfiguration(await render(context, overlay))).toContain('is valid');
  });
}

for (const [overlay, count] of [
  ['dev', 1],
  ['prod', 3],
] as const) {
  test(`the servers of ${overlay} are known by name to each other and to the processes`, async (context) => {
    const manifests = await render(context, overlay);
    const { metadata, spec } = brokerIn(manifests);
    const hosts = Array.from(
      { length: spec.replicas ?? 0 },
      (_, index) => `${metadata.name}-${index}.${spec.serviceName}`,
    );
    const isAlone = !brokerFilesIn(manifests)['cluster.conf']?.includes('include routes.conf');
    const asked = readSecretsArguments(['--out', 'secrets']);

    expect(hosts).toHaveLength(count);
    expect(isAlone).toBe(count === 1);
    if (!isAlone) expect(asked).toMatchObject({ servers: hosts });
    for (const workload of processesIn(manifests)) {
      expect(environmentOf(manifests, workload)['NATS_URL']).toBe(
        hosts.map((host) => `nats://${host}:4222`).join(','),
      );
    }
  });
}

test('its ports are those of its configuration', async (context) => {
  const manifests = await render(context, 'prod');
  const config = configIn(manifests);
  const ports = containerOf(brokerIn(manifests)).ports.map(
    ({ name, containerPort }) => [name, containerPort] as const,
  );

  expect(Object.fromEntries(ports)).toEqual(serverPorts);
  expect(settingIn(config, 'listen')).toBe(`0.0.0.0:${serverPorts.client}`);
  expect(settingIn(config, 'http')).toBe(`0.0.0.0:${serverPorts.monitor}`);
});

test('an acknowledged write is on the disk of a majority', async (context) => {
  const manifests = await render(context, 'prod');
  const settings = processesIn(manifests).map((each) => environmentOf(manifests, each));

  expect(settingIn(configIn(manifests), 'sync_interval')).toBe('always');
  expect(settings.map(({ STREAM_STORAGE }) => STREAM_STORAGE)).toEqual(Array(5).fill('file'));
  expect(settings.map(({ STREAM_REPLICAS }) => STREAM_REPLICAS)).toEqual(Array(5).fill('3'));
});

test('the streams fit into the store, and the store into the volume', async (context) => {
  const manifests = await render(context, 'prod');
  const broker = brokerIn(manifests);
  const workers = workersIn(manifests);
  const streamBytes = workers.map((each) =>
    Number(environmentOf(manifests, each)['STREAM_MAX_BYTES']),
  );
  const storeBytes = bytes(settingIn(configIn(manifests), 'max_file_store'));
  const [claim] = broker.spec.volumeClaimTemplates ?? [];
  const volumeBytes = bytes(claim?.spec.resources.requests.storage ?? '');

  expect(streamBytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(storeBytes * 0.9);
  expect(storeBytes).toBeLessThanOrEqual(volumeBytes * 0.9);
});

test('a server that leaves has the time to move its clients', async (context) => {
  const manifests = await render(context, 'prod');
  const config = configIn(manifests);
  const seconds = (name: string) => Number.parseInt(settingIn(config, name), 10);
  const { template } = brokerIn(manifests).spec;

  expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
    seconds('lame_duck_duration') + seconds('lame_duck_grace_period') + 20,
  );
});

test('a lagging stream takes no server out, and an outage restarts none', async (context) => {
  const container = containerOf(brokerIn(await render(context, 'prod')));
  const { startupProbe, readinessProbe, livenessProbe } = container;

  expect(startupProbe.httpGet).toEqual({ path: '/healthz', port: 'monitor' });
  expect(readinessProbe.httpGet.path).toBe('/healthz?js-server-only=true');
  expect(livenessProbe.httpGet.path).toBe('/healthz?js-enabled-only=true');
  expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBeGreaterThanOrEqual(900);
});
