import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findIn, type Manifest, type Volume, type Workload } from '../../k8s/manifest.ts';

/** The contents of Secrets, which are in no repository: by name, then by key. */
export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Where volumes come from, and where they are put. */
export interface VolumeOptions {
  readonly manifests: readonly Manifest[];
  readonly secrets: Secrets;
  /** A folder of the pod's own. */
  readonly folder: string;
  /** A folder for what outlives a pod, by the pod's name. */
  readonly kept: string;
}

/** Makes the volumes of a pod; the folder of each by its name. @throws when something is not there */
export const makeVolumes = async (
  { spec }: Workload,
  pod: string,
  options: VolumeOptions,
): Promise<ReadonlyMap<string, string>> => {
  const { securityContext: { fsGroup = 0 } = {}, volumes } = spec.template.spec;
  const made = new Map<string, string>();
  for (const volume of volumes) {
    const place = join(options.folder, volume.name);
    await mkdir(place, { recursive: true });
    await fill(volume, place, fsGroup, options);
    made.set(volume.name, place);
  }
  for (const { metadata } of spec.volumeClaimTemplates ?? []) {
    const place = join(options.kept, `${metadata.name}-${pod}`);
    await mkdir(place, { recursive: true });
    await own(place, fsGroup, 0o2770);
    made.set(metadata.name, place);
  }
  return made;
};

const fill = async (
  volume: Volume,
  place: string,
  group: number,
  { manifests, secrets }: VolumeOptions,
): Promise<void> => {
  const { configMap, secret, projected } = volume;
  const mode = secret?.defaultMode ?? projected?.defaultMode ?? 0o644;
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      const file = join(place, name);
      await writeFile(file, text);
      await own(file, group, mode);
    }
  };
  const mapOf = (name: string) => found(findIn(manifests, 'ConfigMap', name)?.data, name);
  const secretOf = (name: string) => found(secrets[name], name);
  if (configMap) await write(mapOf(configMap.name));
  if (secret) await write(secretOf(secret.secretName));
  for (const source of projected?.sources ?? []) {
    if (source.configMap) await write(mapOf(source.configMap.name));
    if (source.secret) await write(secretOf(source.secret.name));
  }
  await own(place, group, 0o2770);
};

/** What a pod waits for in a cluster until it is there is an error here. */
const found = <Content>(content: Content | undefined, name: string): Content => {
  if (content) return content;
  throw new Error(`there is no ConfigMap or Secret ${name}`);
};

const own = async (path: string, group: number, mode: number): Promise<void> => {
  await chown(path, 0, group);
  await chmod(path, mode);
};
