import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { connect, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSecretsArguments } from '../../src/cli/secrets/secrets-arguments.ts';
import { TestCa } from '../support/test-ca.ts';
import { environmentOf, processesIn } from './manifest.ts';
import { overlays } from './parts.ts';
import { render } from './render.ts';

const papers = join(import.meta.dirname, '../../k8s/README.md');

/** The names in the certificate that k8s/README.md asks cert-manager for, as openssl writes them. */
const documentedNames = async (): Promise<readonly string[]> => {
  const [, request = ''] =
    /^```yaml\n(.*?^kind: Certificate$.*?)^```$/ms.exec(await readFile(papers, 'utf8')) ?? [];
  const { spec } = parse(request) as {
    spec: { dnsNames: readonly string[]; ipAddresses?: readonly string[] };
  };
  const addresses = spec.ipAddresses ?? [];
  return [...spec.dnsNames.map((name) => `DNS:${name}`), ...addresses.map((ip) => `IP:${ip}`)];
};

let ca: TestCa;
let server: Server;

beforeAll(async () => {
  ca = await TestCa.create();
  const { cert, key } = await ca.sign([...(await documentedNames())]);
  const certified = { cert: await readFile(cert), key: await readFile(key), isServer: true };
  // Whoever does not like the certificate cuts the connection.
  server = createServer((socket) => new TLSSocket(socket, certified).on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await ca[Symbol.asyncDispose]();
});

/** What somebody says to the certificate who wants to speak with this host: nothing, if it is right. */
const objectionOf = async (host: string): Promise<string | undefined> => {
  const { port } = server.address() as AddressInfo;
  const options = { host, port, ca: await readFile(ca.file) };
  return new Promise((resolve) => {
    const socket = connect({
      ...options,
      // Every name is this machine.
      lookup: (_, { all }, found) =>
        all ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4),
    });
    const end = (objection: string | undefined) => {
      socket.destroy();
      resolve(objection);
    };
    socket.on('secureConnect', () => end(undefined)).on('error', ({ message }) => end(message));
  });
};

const objectionsOf = async (hosts: readonly string[]): Promise<readonly string[]> =>
  (await Promise.all(hosts.map(objectionOf))).filter((objection) => objection !== undefined);

for (const overlay of overlays) {
  test(`the certificate of the papers is good for every address that processes of ${overlay} have`, async (context) => {
    const component = overlay === 'bring-your-own-nats' ? 'tls-clients' : 'tls';
    const manifests = await render(context, overlay, [component]);
    const addresses = processesIn(manifests).flatMap(
      (workload) => environmentOf(manifests, workload)['NATS_URL']?.split(',') ?? [],
    );
    const hosts = [...new Set(addresses.map((address) => new URL(address).hostname))];

    expect(hosts.length).toBe(overlay === 'dev' ? 1 : 3);
    expect(await objectionsOf(hosts)).toEqual([]);
  });
}

test('and for people behind kubectl port-forward, the Service, and the servers among themselves', async () => {
  const usual = readSecretsArguments(['--out', 'secrets']);
  const servers = usual === 'help' ? [] : usual.servers;

  expect(servers).toHaveLength(3);
  expect(await objectionsOf(['127.0.0.1', 'localhost', 'nats', ...servers])).toEqual([]);
  expect(await objectionsOf(['elsewhere'])).toEqual([expect.stringContaining('elsewhere')]);
});
