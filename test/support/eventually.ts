/** How long, and in which steps, something is waited for. */
export interface Patience {
  /** Lets time pass: turns a test clock, or really waits. */
  readonly advance: (ms: number) => Promise<void>;
  /** @default 10000 */
  readonly withinMs?: number;
  /** @default 20 */
  readonly stepMs?: number;
}

/** Tries a check until it no longer throws, and returns its result; at the end throws what it threw. */
export const eventually = async <T>(
  check: () => T | Promise<T>,
  { advance, withinMs = 10_000, stepMs = 20 }: Patience,
): Promise<T> => {
  for (let waitedMs = 0; ; waitedMs += stepMs) {
    try {
      return await check();
    } catch (error) {
      if (waitedMs >= withinMs) throw error;
    }
    await advance(stepMs);
  }
};
