import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Manifest, workloadsIn } from '../../k8s/manifest.ts';
import { images } from '../containers/images.ts';
import { podman } from '../containers/podman.ts';
import type { PodEnd } from './pod.ts';
import { Pods } from './pods.ts';
import type { Secrets } from './volumes.ts';

export interface ClusterOptions {
  readonly manifests: readonly Manifest[];
  readonly secrets: Secrets;
  readonly say: (line: string) => void;
}

const nodes = ['node-1', 'node-2', 'node-3'];

/**
 * What was rendered, run on this machine: containers on a network of their own.
 *
 * Nodes are names here: a drained one gets no pods, and loses those that it has.
 */
export class Cluster implements AsyncDisposable {
  readonly ends: PodEnd[] = [];
  readonly #pods: ReadonlyMap<string, Pods>;
  readonly #network: string;
  readonly #kept: string;
  readonly #drained: Set<string>;

  private constructor(
    options: ClusterOptions,
    place: { readonly network: string; readonly kept: string; readonly subnet: string },
  ) {
    this.#network = place.network;
    this.#kept = place.kept;
    const drained = new Set<string>();
    this.#drained = drained;
    const addresses = new Addresses(place.subnet, workloadsIn(options.manifests));
    const shared = {
      ...options,
      ...place,
      imageOf: (image: string) => (image.startsWith('nats:') ? images.nats : images.millrace),
      addressOf: (name: string) => addresses.of(name),
      hosts: addresses.hosts,
      nodes: () => nodes.filter((node) => !drained.has(node)),
      onEnd: (end: PodEnd) => void this.ends.push(end),
    };
    this.#pods = new Map(
      workloadsIn(options.manifests).map((workload) => [
        workload.metadata.name,
        new Pods(workload, shared),
      ]),
    );
  }

  static async create(options: ClusterOptions): Promise<Cluster> {
    const kept = await mkdtemp(join(tmpdir(), 'millrace-volumes-'));
    const network = `millrace-${randomBytes(4).toString('hex')}`;
    const subnet = '10.213.77';
    await podman('network', 'create', '--subnet', `${subnet}.0/24`, '--disable-dns', network);
    return new Cluster(options, { network, kept, subnet });
  }

  /** The pods of a workload. @throws when there is none */
  of(name: string): Pods {
    const pods = this.#pods.get(name);
    if (!pods)
      throw new Error(`no workload ${name}: there are ${[...this.#pods.keys()].join(', ')}`);
    return pods;
  }

  /** Starts all workloads but those left out, each with as many pods as it says. */
  async start(leftOut: readonly string[] = []): Promise<void> {
    const wanted = [...this.#pods.values()].filter(({ name }) => !leftOut.includes(name));
    await Promise.all(wanted.map((pods) => pods.scale(pods.workload.spec.replicas ?? 1)));
  }

  /** Takes a node out of use: no new pods there, and those that are there move, one of each workload at a time. */
  async drain(node: string): Promise<void> {
    this.#drained.add(node);
    for (const pods of this.#pods.values()) await pods.evictFrom(node);
  }

  uncordon(node: string): void {
    this.#drained.delete(node);
  }

  /** How often a pod that is there now had to be started again. */
  restarts(): number {
    return [...this.#pods.values()]
      .flatMap(({ all }) => all)
      .reduce((sum, { restarts }) => sum + restarts, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = [...this.#pods.values()].flatMap(({ all }) => all.map(({ name }) => name));
    await podman('rm', '--force', '--time', '0', '--ignore', ...left).catch(() => undefined);
    await podman('network', 'rm', '--force', this.#network).catch(() => undefined);
    await rm(this.#kept, { recursive: true, force: true });
  }
}

/** Addresses of pods: those of a StatefulSet keep theirs, because others know it by name. */
class Addresses {
  readonly hosts: Readonly<Record<string, string>>;
  readonly #fixed = new Map<string, string>();
  readonly #subnet: string;
  #next = 50;

  constructor(subnet: string, workloads: ReturnType<typeof workloadsIn>) {
    this.#subnet = subnet;
    const hosts: Record<string, string> = {};
    let number = 10;
    for (const { kind, metadata, spec } of workloads) {
      if (kind !== 'StatefulSet') continue;
      for (let index = 0; index < (spec.replicas ?? 1); index++) {
        const name = `${metadata.name}-${index}`;
        const address = `${subnet}.${number++}`;
        this.#fixed.set(name, address);
        hosts[`${name}.${spec.serviceName}`] = address;
      }
    }
    this.hosts = hosts;
  }

  of(name: string): string {
    return this.#fixed.get(name) ?? `${this.#subnet}.${this.#next++}`;
  }
}
