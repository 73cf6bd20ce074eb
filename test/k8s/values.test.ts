import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { bytes, containerOf, environmentOf, findIn, processesIn, workloadsIn } from './manifest.ts';
import { render } from './render.ts';
import { priorities } from './rules/references.ts';

const file = join(import.meta.dirname, '../../k8s/overlays/bring-your-own-nats/values.yaml');

/** What the official chart is told, as far as it is compared here. */
interface Values {
  readonly config: {
    readonly cluster: { readonly replicas: number };
    readonly jetstream: {
      readonly fileStore: { readonly pvc: { readonly size: string }; readonly maxSize: string };
      readonly memoryStore: { readonly maxSize: string };
      readonly merge: Readonly<Record<string, string>>;
    };
    readonly merge: Readonly<Record<string, string | number>>;
  };
  readonly container: {
    readonly image: { readonly tag: string };
    readonly env: Readonly<Record<string, string>>;
    readonly merge: { readonly resources: unknown; readonly securityContext: unknown };
    readonly patch: readonly unknown[];
  };
  readonly podTemplate: { readonly merge: { readonly spec: Readonly<Record<string, unknown>> } };
}

// A field that is not there makes a comparison below fail.
const values = parse(readFileSync(file, 'utf8')) as Values;

test('the chart is told to make the broker that is here', async (context) => {
  const manifests = await render(context, 'prod');
  const broker = workloadsIn(manifests).find(({ metadata }) => metadata.name === 'nats')!;
  const { image, resources, securityContext } = containerOf(broker);
  const pod = broker.spec.template.spec;
  const { container, config, podTemplate } = values;

  expect(`nats:${container.image.tag}`).toBe(image);
  expect(container.env).toEqual({ GOMEMLIMIT: environmentOf(manifests, broker)['GOMEMLIMIT'] });
  expect(container.merge).toEqual({ resources, securityContext });
  expect(config.cluster.replicas).toBe(broker.spec.replicas);
  expect(config.jetstream.fileStore.pvc.size).toBe(
    broker.spec.volumeClaimTemplates?.[0]?.spec.resources.requests.storage,
  );
  expect(podTemplate.merge.spec).toEqual({
    automountServiceAccountToken: pod.automountServiceAccountToken,
    priorityClassName: pod.priorityClassName,
    securityContext: { ...pod.securityContext, fsGroupChangePolicy: undefined },
  });
});

test('and to configure it alike', async (context) => {
  const manifests = await render(context, 'prod');
  const files = manifests.find(({ data }) => data?.['nats.conf'])?.data ?? {};
  const settings = new Map(
    [...(files['nats.conf'] ?? '').matchAll(/^\s*(\w+): (\S+)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]),
  );
  const { fileStore, memoryStore, merge } = values.config.jetstream;

  expect(merge['sync_interval']).toBe(settings.get('sync_interval'));
  expect(bytes(fileStore.maxSize)).toBe(bytes(settings.get('max_file_store') ?? ''));
  expect(bytes(memoryStore.maxSize)).toBe(bytes(settings.get('max_memory_store') ?? ''));
  const { $include, ...others } = values.config.merge;
  expect(`/etc/nats-config/${$include}`).toBe('/etc/nats-config/../nats-access/users.conf');
  expect(values.container.patch).toEqual([
    {
      op: 'add',
      path: '/volumeMounts/-',
      value: { name: 'access', mountPath: '/etc/nats-access', readOnly: true },
    },
  ]);
  for (const [name, value] of Object.entries(others)) {
    expect(String(value), name).toBe(settings.get(name));
  }
});

test('the processes find it under the names that the chart gives', async (context) => {
  const manifests = await render(context, 'bring-your-own-nats');
  const [first, ...others] = processesIn(manifests).map((each) => environmentOf(manifests, each));

  expect(first?.['NATS_URL']).toBe(
    [0, 1, 2].map((index) => `nats://nats-${index}.nats-headless:4222`).join(','),
  );
  expect(new Set(others.map(({ NATS_URL }) => NATS_URL))).toEqual(new Set([first?.['NATS_URL']]));
  expect(findIn(priorities, 'PriorityClass', 'millrace-broker')).toBeDefined();
});
