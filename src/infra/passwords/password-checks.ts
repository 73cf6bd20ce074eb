import { availableParallelism } from 'node:os';
import { decoyHash, verifyPassword } from './password-hash.ts';

export interface CheckLimits {
  /**
   * How many passwords are verified at once, each taking 19 MiB and a core for tens of milliseconds.
   *
   * @default the number of cores, at most 4: the threads that Node keeps for such work
   */
  readonly atOnce?: number;
  /** How many more may wait. @default 64 */
  readonly waiting?: number;
  /** @default verifyPassword */
  readonly verify?: (hash: string, password: string) => Promise<boolean>;
}

/** So many passwords wait already that one more would not be verified in time. */
export class TooManyPasswordChecks extends Error {
  override readonly name = 'TooManyPasswordChecks';

  constructor() {
    super('too many passwords are being verified: try again in a moment');
  }
}

/** Verifies passwords a few at a time, in the order in which they came. */
export interface PasswordChecks {
  readonly decoyHash: string;
  /** @throws TooManyPasswordChecks */
  verify(hash: string, password: string): Promise<boolean>;
}

/** Bounds what verifying passwords can cost a process, however many try to log in at once. */
export const passwordChecks = ({
  atOnce = Math.min(availableParallelism(), 4),
  waiting = 64,
  verify = verifyPassword,
}: CheckLimits = {}): PasswordChecks => {
  const queue: (() => void)[] = [];
  let running = 0;
  const turn = async (): Promise<void> => {
    if (running < atOnce) {
      running++;
      return;
    }
    if (queue.length >= waiting) throw new TooManyPasswordChecks();
    // Whoever is done hands its place over, so `running` stays as it is.
    await new Promise<void>((resolve) => queue.push(resolve));
  };
  const leave = (): void => {
    const next = queue.shift();
    if (next) next();
    else running--;
  };
  return {
    decoyHash,
    verify: async (hash, password) => {
      await turn();
      try {
        return await verify(hash, password);
      } finally {
        leave();
      }
    },
  };
};
