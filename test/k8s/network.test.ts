import { expect, test } from 'vitest';
import type { Manifest } from './manifest.ts';
import { edgesAmong, type Party, partiesIn } from './network.ts';
import { render } from './render.ts';

const elsewhere = (
  name: string,
  namespace: string,
  labels: Record<string, string> = {},
): Party => ({
  name,
  pod: { namespace, labels },
  ports: [{ port: 8080 }],
});

/** Who is not of the installation. */
const others: readonly Party[] = [
  { name: 'internet', address: '203.0.113.7', ports: [{ port: 443 }, { port: 80 }] },
  {
    name: 'dns',
    pod: { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
    ports: [{ port: 53, protocol: 'UDP' }],
  },
  { name: 'dns-cache', address: '169.254.20.10', ports: [{ port: 53, protocol: 'UDP' }] },
  elsewhere('keda-operator', 'keda', { app: 'keda-operator' }),
  elsewhere('their-prometheus', 'monitoring', { 'app.kubernetes.io/name': 'prometheus' }),
  elsewhere('their-adapter', 'monitoring', { 'app.kubernetes.io/name': 'prometheus-adapter' }),
  elsewhere('false-prometheus', 'default', { 'app.kubernetes.io/name': 'prometheus' }),
  elsewhere('false-worker', 'default', { 'app.kubernetes.io/component': 'worker' }),
  elsewhere('neighbour', 'millrace'),
];

const outside = new Set(others.map(({ name }) => name));

/** What passes between the installation and everybody, without what others do among themselves. */
const edgesOf = (manifests: readonly Manifest[]): readonly string[] =>
  edgesAmong(manifests, [...partiesIn(manifests), ...others]).filter((edge) => {
    const [from = '', to = ''] = edge.split(/ -> |:/);
    return !(outside.has(from) && outside.has(to));
  });

const processes = ['gateway', 'observer', 'worker-cart', 'worker-product', 'worker-user'];
const withNames = (names: readonly string[]) =>
  names.flatMap((name) => [`${name} -> dns:53`, `${name} -> dns-cache:53`]);

const always = [
  ...withNames(processes),
  ...processes.map((name) => `their-prometheus -> ${name}:8080`),
  'keda-operator -> observer:8080',
  // Whoever there is may ask the gateway; the others of the installation may not leave for it.
  ...others
    .map(({ name }) => `${name} -> gateway:3000`)
    .filter((edge) => !edge.startsWith('neighb')),
];

const ofTheBroker = [
  ...withNames(['nats']),
  ...processes.map((name) => `${name} -> nats:4222`),
  'nats -> nats:6222',
];

const ofTheMonitoring = [
  ...withNames(['prometheus', 'alertmanager', 'grafana']),
  ...processes.map((name) => `prometheus -> ${name}:8080`),
  'prometheus -> alertmanager:9093',
  'grafana -> prometheus:9090',
  // For the component hpa.
  'their-adapter -> prometheus:9090',
  'alertmanager -> internet:443',
  // To the API server, whose address no policy can name.
  'prometheus -> internet:443',
];

test('along no edge but those that are needed does anybody speak', async (context) => {
  const manifests = await render(context, 'prod', ['network-policies']);

  expect(edgesOf(manifests)).toEqual([...always, ...ofTheBroker].toSorted());
});

test('monitoring beside it adds its own edges and no other', async (context) => {
  const components = ['plain-monitoring', 'network-policies'] as const;
  const manifests = await render(context, 'dev', components);

  expect(edgesOf(manifests)).toEqual([...always, ...ofTheBroker, ...ofTheMonitoring].toSorted());
});

test('without the component everybody reaches the broker, which is what it is for', async (context) => {
  const edges = edgesOf(await render(context, 'prod'));

  expect(edges).toContain('neighbour -> nats:8222');
  expect(edges).toContain('false-worker -> nats:4222');
});

/** What somebody might write, and the edge that it opens or closes. */
const mistakes: readonly [string, string, string, string][] = [
  ['monitoring of the broker opened', '"port":4222,', '"port":8222,', 'worker-cart -> nats:8222'],
  ['a policy for no pod', '"values":["worker","gateway","observer"]', '"values":["workers"]', ''],
  [
    'nobody isolated',
    '"podSelector":{},"policyTypes"',
    '"podSelector":{"matchLabels":{"a":"b"}},"policyTypes"',
    'neighbour -> ',
  ],
  [
    'any namespace',
    '"kubernetes.io/metadata.name":"monitoring"',
    '"kubernetes.io/metadata.name":"default"',
    'false-prometheus -> worker-cart:8080',
  ],
];

for (const [title, right, wrong, opened] of mistakes) {
  test(`finds ${title}`, async (context) => {
    const text = JSON.stringify(await render(context, 'prod', ['network-policies']));
    expect(text.includes(right), `${right} is written`).toBe(true);

    const edges = edgesOf(JSON.parse(text.replaceAll(right, wrong)) as readonly Manifest[]);

    expect(edges).not.toEqual([...always, ...ofTheBroker].toSorted());
    if (opened) expect(edges.join('\n')).toContain(opened);
  });
}
