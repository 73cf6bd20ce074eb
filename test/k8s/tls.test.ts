import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { TestCa } from '../support/test-ca.ts';
import { sayOfConfiguration } from './broker-folder.ts';
import { containerOf, environmentOf, processesIn, workloadsIn } from './manifest.ts';
import { overlays } from './parts.ts';
import { render } from './render.ts';

test('nats-server takes its configuration with TLS, and its certificate from the Secret', async (context) => {
  const manifests = await render(context, 'prod', ['tls']);
  const broker = workloadsIn(manifests).find(({ metadata }) => metadata.name === 'nats')!;
  const mount = containerOf(broker).volumeMounts.find(({ name }) => name === 'tls');
  await using ca = await TestCa.create();
  const folder = await mkdtemp(join(tmpdir(), 'nats-tls-'));
  const inPod = (text: string) => text.replaceAll(`${mount?.mountPath}/`, `${folder}/`);

  await expect(sayOfConfiguration(manifests, inPod)).rejects.toThrow(/no such file/);
  const { cert, key } = await ca.sign();
  await copyFile(cert, join(folder, 'tls.crt'));
  await copyFile(key, join(folder, 'tls.key'));
  await copyFile(ca.file, join(folder, 'ca.crt'));

  expect(await sayOfConfiguration(manifests, inPod)).toContain('is valid');
  await rm(folder, { recursive: true });
});

for (const overlay of overlays) {
  test(`processes of ${overlay} believe one authority, and see no key of it`, async (context) => {
    const component = overlay === 'bring-your-own-nats' ? 'tls-clients' : 'tls';
    const manifests = await render(context, overlay, [component]);

    expect(processesIn(manifests)).toHaveLength(5);
    for (const workload of processesIn(manifests)) {
      const { volumes } = workload.spec.template.spec;
      const volume = volumes.find(({ secret }) => secret?.secretName === 'nats-tls');
      const mount = containerOf(workload).volumeMounts.find(({ name }) => name === volume?.name);
      const file = environmentOf(manifests, workload)['NATS_TLS_CA_FILE'] ?? '';

      expect(dirname(file)).toBe(mount?.mountPath);
      expect(volume?.secret).toMatchObject({ items: [{ key: 'ca.crt', path: 'ca.crt' }] });
    }
  });
}
