/** What has to be ended, in the order opposite to that in which it was begun. */
export class Cleanup implements AsyncDisposable {
  readonly #steps: (() => unknown)[] = [];

  /** Remembers something that ends itself. */
  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  defer(step: () => unknown): void {
    this.#steps.push(step);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await step();
  }
}
