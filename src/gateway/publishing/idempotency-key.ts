import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Problem } from '../problems/problem.ts';

/** The header `Idempotency-Key`: 1 to 255 printable ASCII characters. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, '1 to 255 printable ASCII characters');

const prefix = 'idem-';

/** True for the id of an event that a client may ask for again under its key. */
export const mayBeRepeated = (eventId: string): boolean => eventId.startsWith(prefix);

/** An id that no other request has. */
export const newEventId = (): string => randomUUID();

/**
 * The one id of all requests that repeat each other: same owner, method, path and key.
 *
 * The stream drops a second event with the same id for as long as its duplicate window lasts, and the
 * service for as long as the key's state remembers the id. Two owners never share an id, whatever
 * keys they choose.
 */
export const repeatableEventId = (identity: readonly string[]): string =>
  `${prefix}${createHash('sha256').update(JSON.stringify(identity)).digest('base64url')}`;

/**
 * Remembers which body a key was used with, to refuse it with another one.
 *
 * It knows the last 20,000 keys that this replica has seen since it started; a key that it has
 * forgotten, or that another replica saw, counts as the same request, and then the first body wins.
 * Bodies are kept as a keyed hash whose secret dies with the process: a password in one cannot be
 * guessed from it.
 */
export class SeenBodies {
  readonly #secret = randomBytes(32);
  readonly #seen: LRUCache<string, string>;

  constructor(remembered = 20_000) {
    this.#seen = new LRUCache({ max: remembered });
  }

  /** @throws Problem `idempotency-key-reused` */
  check(identity: readonly string[], body: unknown): void {
    const id = repeatableEventId(identity);
    const fingerprint = createHmac('sha256', this.#secret)
      .update(JSON.stringify(body ?? null))
      .digest('base64url');
    const seen = this.#seen.get(id);
    if (seen !== undefined && seen !== fingerprint) {
      throw new Problem('idempotency-key-reused', 'this key was used with another body', {
        errors: [{ in: 'header', field: 'idempotency-key', detail: 'used with another body' }],
      });
    }
    this.#seen.set(id, fingerprint);
  }
}
