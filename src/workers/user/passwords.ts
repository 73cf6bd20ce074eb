import { token } from '../../infra/di/token.ts';

/** Tells whether a password is the one that a hash was made of. */
export interface Passwords {
  /** A hash that no password fits, as costly to verify as any. */
  readonly decoyHash: string;
  /** @throws when too many are being verified already */
  verify(hash: string, password: string): Promise<boolean>;
}
export const Passwords = token<Passwords>('Passwords');
