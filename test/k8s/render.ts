import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, vi } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { Manifest } from './manifest.ts';
import type { Component, Overlay } from './parts.ts';

// On a busy machine the first rendering of a file takes long; nothing here is about time.
vi.setConfig({ testTimeout: 120_000 });

const k8s = join(import.meta.dirname, '../../k8s');

const kustomize = (folder: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const program = process.env['KUBECTL'] || 'kubectl';
    execFile(program, ['kustomize', folder], { maxBuffer: 2 ** 26 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });

const layer = async (folder: string, fields: Readonly<Record<string, unknown>>): Promise<void> => {
  const kind = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'kustomization.yaml'), stringify({ ...kind, ...fields }));
};

/** What k8s/README.md tells people to write: an overlay in their namespace, and components on top. */
const kustomizeWith = async (
  overlay: Overlay,
  components: readonly Component[],
  namespace: string,
): Promise<string> => {
  // Kustomize follows no path that begins at the root, and takes a path without its links.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'overlay-')));
  const lower = join(folder, 'shop');
  try {
    await layer(lower, { namespace, resources: [relative(lower, join(k8s, 'overlays', overlay))] });
    await layer(folder, {
      namespace,
      resources: ['shop'],
      components: components.map((name) => relative(folder, join(k8s, 'components', name))),
    });
    return await kustomize(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

const renderNow = (
  overlay: Overlay | 'my-shop',
  components: readonly Component[],
  namespace: string,
): Promise<string> => {
  if (overlay === 'my-shop') return kustomize(join(k8s, 'my-shop'));
  return components.length === 0 && namespace === 'millrace'
    ? kustomize(join(k8s, 'overlays', overlay))
    : kustomizeWith(overlay, components, namespace);
};

const rendered = new Map<string, Promise<readonly Manifest[]>>();

const renderOnce = (
  overlay: Overlay | 'my-shop',
  components: readonly Component[],
  namespace: string,
): Promise<readonly Manifest[]> => {
  const name = [overlay, ...components, namespace].join(' ');
  const known = rendered.get(name);
  if (known !== undefined) return known;
  // The shapes are checked by schema.test.ts; what matters elsewhere is compared there.
  const manifests = renderNow(overlay, components, namespace).then((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest),
  );
  rendered.set(name, manifests);
  return manifests;
};

/**
 * What `kubectl apply -k` would apply: an overlay, or one of one's own on top of it that switches
 * components on. Without kubectl the test is skipped, or in CI fails.
 */
export const render = async (
  context: TestContext,
  overlay: Overlay | 'my-shop',
  components: readonly Component[] = [],
  namespace = 'millrace',
): Promise<readonly Manifest[]> => {
  try {
    return await renderOnce(overlay, components, namespace);
  } catch (error) {
    if (!isMissing(error) || process.env['CI']) throw error;
    const reason = 'there is no kubectl';
    process.stderr.write(`skipped "${context.task.name}": ${reason}\n`);
    return context.skip(reason);
  }
};
