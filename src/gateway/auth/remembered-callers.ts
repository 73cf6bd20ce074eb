import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

interface Remembered<Caller> {
  readonly caller: Caller;
  readonly expiresAtMs: number;
}

/**
 * Who the tokens are from that were verified before, until they expire.
 *
 * Checking a signature costs more than all the rest of accepting a request (measured,
 * `docs/performance.md`), and a token that was signed stays signed. Tokens are known by their
 * SHA-256 only: nothing in here lets anybody in.
 */
export class RememberedCallers<Caller> {
  readonly #callers: LRUCache<string, Remembered<Caller>>;

  constructor(most = 10_000) {
    this.#callers = new LRUCache({ max: most });
  }

  /** Nothing for a token that is not known or has expired by now: then it has to be verified. */
  get(token: string, nowMs: number): Caller | undefined {
    const found = this.#callers.get(nameOf(token));
    return found && nowMs < found.expiresAtMs ? found.caller : undefined;
  }

  remember(token: string, remembered: Remembered<Caller>): void {
    this.#callers.set(nameOf(token), remembered);
  }
}

const nameOf = (token: string): string => hash('sha256', token, 'base64url');
