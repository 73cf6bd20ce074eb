/**
 * Lets many through at a time, or one alone: who wants to be alone waits until all others are out, and
 * whoever comes later waits behind it.
 */
export class Gate {
  readonly #waiting: { readonly alone: boolean; readonly enter: () => void }[] = [];
  #inside = 0;
  #isAlone = false;

  /** Runs something beside others. */
  shared<T>(run: () => Promise<T>): Promise<T> {
    return this.#through(false, run);
  }

  /**
   * The same for a function that runs often: nothing but one promise a run while nobody wants to be
   * alone. What it throws must come as a rejection.
   */
  sharing<Given, T>(run: (given: Given) => Promise<T>): (given: Given) => Promise<T> {
    const leave = (result: T): T => {
      this.#leave();
      return result;
    };
    const fail = (error: unknown): never => {
      this.#leave();
      throw error;
    };
    return (given) => {
      if (this.#waiting.length > 0 || !this.#hasRoom(false)) return this.shared(() => run(given));
      this.#enter(false);
      return run(given).then(leave, fail);
    };
  }

  /** Runs something while nothing else runs. */
  alone<T>(run: () => Promise<T>): Promise<T> {
    return this.#through(true, run);
  }

  async #through<T>(alone: boolean, run: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#hasRoom(alone)) {
      await new Promise<void>((enter) => this.#waiting.push({ alone, enter }));
    } else {
      this.#enter(alone);
    }
    try {
      return await run();
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    this.#inside--;
    this.#isAlone = false;
    if (this.#waiting.length > 0) this.#letIn();
  }

  #hasRoom(alone: boolean): boolean {
    return !this.#isAlone && (!alone || this.#inside === 0);
  }

  #enter(alone: boolean): void {
    this.#inside++;
    this.#isAlone = alone;
  }

  #letIn(): void {
    for (let next = this.#waiting[0]; next && this.#hasRoom(next.alone); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(next.alone);
      next.enter();
    }
  }
}
