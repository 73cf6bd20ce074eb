/**
 * Keeps an order among things that otherwise run at the same time.
 *
 * A task waits for the last one of its own key, and for the last one of every other key that it names:
 * a product is there before the cart that asks for it. Naming a key does not delay those who come after.
 */
export class KeyLanes {
  readonly #last = new Map<string, Promise<void>>();

  /** The task must not reject. */
  run(key: string, names: readonly string[], task: () => Promise<void>): Promise<void> {
    const before = [key, ...names].flatMap((name) => this.#last.get(name) ?? []);
    const mine = before.length === 0 ? task() : Promise.all(before).then(task);
    this.#last.set(key, mine);
    return mine.then(() => {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    });
  }
}
