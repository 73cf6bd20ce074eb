import { nkeys } from 'nats';

/** What the client's keys can do; it says `any`. */
interface KeyPair {
  getPublicKey(): string;
  getSeed(): Uint8Array;
}

interface Keys {
  createUser(): KeyPair;
  /** @throws when it is none */
  fromSeed(seed: Uint8Array): KeyPair;
}

const keys: Keys = nkeys;

/** An identity: its seed proves it and is secret, its public key is what the broker knows. */
export interface Nkey {
  /** `SU…`, 58 characters. */
  readonly seed: string;
  /** `U…`, 56 characters. */
  readonly publicKey: string;
}

/** Makes a new identity at random. */
export const newNkey = (): Nkey => {
  const pair = keys.createUser();
  return { seed: Buffer.from(pair.getSeed()).toString('latin1'), publicKey: pair.getPublicKey() };
};

/** The public key of a user's seed; nothing when it is no such seed. */
export const publicKeyOf = (seed: Uint8Array): string | undefined => {
  try {
    const key = keys.fromSeed(seed).getPublicKey();
    return key.startsWith('U') ? key : undefined;
  } catch {
    return undefined;
  }
};

/** True for a seed whose checksum is right, and which is a user's. */
export const isUserSeed = (seed: Uint8Array): boolean => publicKeyOf(seed) !== undefined;
