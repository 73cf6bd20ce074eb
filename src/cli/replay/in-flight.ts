/** Counts what is under way, and lets others wait until there is room. */
export class InFlight {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #count = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#count;
  }

  add(task: Promise<void>): void {
    this.#count++;
    task
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        this.#count--;
        for (const wake of this.#waiting.splice(0)) wake();
      });
  }

  /** @throws what a task threw */
  hasRoom(): boolean {
    if (this.#failure) throw this.#failure.error;
    return this.#count < this.#most;
  }

  /** Resolves when something has ended. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when nothing is under way. @throws what a task threw */
  async none(): Promise<void> {
    while (this.#count > 0) await this.change();
    if (this.#failure) throw this.#failure.error;
  }
}
