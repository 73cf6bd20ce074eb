import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { changeSecrets } from '../../src/cli/secrets/run-secrets.ts';
import type { Manifest } from './manifest.ts';

/** The files of the broker's configuration that the manifests hold. */
export const brokerFilesIn = (manifests: readonly Manifest[]): Readonly<Record<string, string>> =>
  manifests.find(({ data }) => data?.['nats.conf'])?.data ?? {};

/** Puts beside them what operators make: who is let in, and by which word the servers know each other. */
const copySecrets = async (folder: string): Promise<void> => {
  const made = await mkdtemp(join(tmpdir(), 'nats-secrets-'));
  await changeSecrets(made, { kind: 'make' }, ['nats-0.nats-headless']);
  await cp(join(made, 'broker'), folder, { recursive: true });
  await rm(made, { recursive: true });
};

/**
 * What nats-server says to its configuration as a pod of the manifests has it.
 *
 * @param inPod replaces paths that only a pod has
 * @throws with what it refused
 */
export const sayOfConfiguration = async (
  manifests: readonly Manifest[],
  inPod: (text: string) => string = (text) => text,
): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'nats-config-'));
  try {
    for (const [name, text] of Object.entries(brokerFilesIn(manifests))) {
      await writeFile(join(folder, name), inPod(text));
    }
    await copySecrets(folder);
    const program = process.env['NATS_SERVER'] ?? 'nats-server';
    const env = { ...process.env, POD_NAME: 'nats-0' };
    const { stderr } = await promisify(execFile)(program, ['-t', '-c', join(folder, 'nats.conf')], {
      env,
    });
    return stderr;
  } finally {
    await rm(folder, { recursive: true });
  }
};
