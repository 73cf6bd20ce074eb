import type { Fleet } from '../../k8s/autoscaling/live-controller.ts';
import type { Pods } from '../cluster/pods.ts';

/** The pods of a Deployment in the hands of an autoscaler. */
export class PodFleet implements Fleet {
  readonly #pods: Pods;
  #wanted: number;
  #scaling: Promise<void> = Promise.resolve();

  constructor(pods: Pods) {
    this.#pods = pods;
    this.#wanted = pods.all.length;
  }

  get current(): number {
    return this.#pods.all.filter(({ isTerminating }) => !isTerminating).length;
  }

  async ready(): Promise<number> {
    return this.#pods.ready.length;
  }

  /** Begins; what is wanted last is what comes of it. */
  scaleTo(replicas: number): void {
    this.#wanted = replicas;
    this.#scaling = this.#scaling.then(() => this.#pods.scale(this.#wanted));
    this.#scaling.catch(() => undefined);
  }

  /** @throws what went wrong on the way */
  settled(): Promise<void> {
    return this.#scaling;
  }
}
