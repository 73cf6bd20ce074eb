import { createHash } from 'node:crypto';

const plain = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The subject token that stands for a key: the only way by which a value from outside gets into a subject.
 *
 * A key of letters, digits, `_` and `-`, at most 64 long, stands for itself. Any other becomes `~` and
 * the SHA-256 of its UTF-8 bytes in base64url, so that no wildcard, dot, space or line break ever
 * reaches a subject. No two keys share a token: a plain key never starts with `~`, and half characters,
 * which JSON can hold and UTF-8 cannot, are hashed as what they are (`0xFF` and UTF-16, little-endian).
 *
 * @example keyToken('u1') // 'u1'
 * @example keyToken('whole milk') // '~' and 43 characters
 */
export const keyToken = (key: string): string =>
  plain.test(key) ? key : `~${createHash('sha256').update(bytesOf(key)).digest('base64url')}`;

/** No UTF-8 has the byte 0xFF, so the two ways never meet. */
const bytesOf = (key: string): Buffer =>
  /\p{Surrogate}/u.test(key)
    ? Buffer.concat([Buffer.of(0xff), Buffer.from(key, 'utf16le')])
    : Buffer.from(key, 'utf8');

/**
 * The partition of a key's token: FNV-1a of 32 bits over its bytes, modulo the number of partitions.
 *
 * Equal to what nats-server computes for `{{partition(n,k)}}` in a subject transform, so a client
 * and the server always agree where a key's events are.
 */
export const partitionOf = (token: string, partitions: number): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < token.length; index++) {
    hash = Math.imul(hash ^ token.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % partitions;
};
