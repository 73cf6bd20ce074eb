import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest, Workload } from '../../k8s/manifest.ts';
import { Pod, type PodEnd } from './pod.ts';
import type { Secrets } from './volumes.ts';

export interface PodsOptions {
  readonly manifests: readonly Manifest[];
  readonly secrets: Secrets;
  readonly network: string;
  /** Where pods keep what outlives them. */
  readonly kept: string;
  readonly imageOf: (image: string) => string;
  readonly say: (line: string) => void;
  /** A free address, or the one that belongs to a name. */
  readonly addressOf: (name: string) => string;
  readonly hosts: Readonly<Record<string, string>>;
  /** The nodes on which pods may be put now. */
  readonly nodes: () => readonly string[];
  readonly onEnd: (end: PodEnd) => void;
}

const readyMs = 180_000;

/**
 * The pods of one Deployment or StatefulSet: as many as wanted, all of one revision in the end.
 *
 * What the controllers of a cluster do, one thing at a time: a Deployment with one more pod than wanted
 * and none less (the manifests' maxSurge 1, maxUnavailable 0), a StatefulSet from its last pod down.
 */
export class Pods {
  readonly workload: Workload;
  readonly #options: PodsOptions;
  readonly #pods: Pod[] = [];
  #made = 0;
  #revision = 1;

  constructor(workload: Workload, options: PodsOptions) {
    this.workload = workload;
    this.#options = options;
  }

  get name(): string {
    return this.workload.metadata.name;
  }

  get all(): readonly Pod[] {
    return this.#pods;
  }

  get ready(): readonly Pod[] {
    return this.#pods.filter(({ isReady, isTerminating }) => isReady && !isTerminating);
  }

  /** Makes them as many; resolves when all that are new are ready, and all that go are gone. */
  async scale(count: number): Promise<void> {
    while (this.#living.length < count) await this.#add();
    const leaving = this.#living.slice(count);
    await Promise.all([...leaving.map((pod) => this.#end(pod)), this.#untilReady()]);
  }

  /** Replaces all pods by others, as after a change of the template. */
  async roll(): Promise<void> {
    this.#revision++;
    const old = [...this.#living];
    if (this.workload.kind === 'StatefulSet') {
      for (const pod of old.toReversed()) await this.#replace(pod);
      return;
    }
    const ends: Promise<void>[] = [];
    for (const pod of old) {
      await this.#add();
      await this.#untilReady();
      ends.push(this.#end(pod));
    }
    await Promise.all(ends);
  }

  /** Evicts those on a node, one at a time, as its disruption budget (maxUnavailable 1) demands. */
  async evictFrom(node: string): Promise<void> {
    for (const pod of this.#living.filter(({ options }) => options.node === node)) {
      await this.#untilReady();
      await this.#replace(pod);
    }
  }

  async end(): Promise<void> {
    await Promise.all(this.#pods.map((pod) => this.#end(pod)));
  }

  get #living(): Pod[] {
    return this.#pods.filter(({ isTerminating }) => !isTerminating);
  }

  async #replace(pod: Pod): Promise<void> {
    if (this.workload.kind === 'StatefulSet') {
      await this.#end(pod);
      await this.#add(pod.name);
    } else {
      const ended = this.#end(pod);
      await this.#add();
      await ended;
    }
    await this.#untilReady();
  }

  async #add(name = this.#nextName()): Promise<void> {
    const { addressOf, nodes } = this.#options;
    const pod = new Pod({
      ...this.#options,
      name,
      workload: this.workload,
      revision: this.#revision,
      node: this.#emptiest(nodes()),
      address: addressOf(name),
      folder: await mkdtemp(join(tmpdir(), `millrace-pod-${name}-`)),
    });
    this.#pods.push(pod);
    await pod.start();
  }

  #nextName(): string {
    const number = this.#made++;
    return this.workload.kind === 'StatefulSet'
      ? `${this.name}-${number}`
      : `${this.name}-${this.#revision}-${number}`;
  }

  #emptiest(nodes: readonly string[]): string {
    const countOn = (node: string) =>
      this.#living.filter(({ options }) => options.node === node).length;
    const [first] = nodes.toSorted((one, other) => countOn(one) - countOn(other));
    if (!first) throw new Error('no node takes pods');
    return first;
  }

  async #end(pod: Pod): Promise<void> {
    this.#options.onEnd(await pod.stop());
    this.#pods.splice(this.#pods.indexOf(pod), 1);
  }

  async #untilReady(): Promise<void> {
    const until = performance.now() + readyMs;
    while (!this.#living.every(({ isReady }) => isReady)) {
      if (performance.now() > until) {
        const [late] = this.#living.filter(({ isReady }) => !isReady);
        throw new Error(`${late?.name} does not become ready:\n${await late?.logs()}`);
      }
      await sleep(100);
    }
  }
}
