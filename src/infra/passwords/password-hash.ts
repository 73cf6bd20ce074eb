import { hash, verify } from '@node-rs/argon2';

/** The parameters that OWASP recommends for argon2id: 19 MiB, two passes, one lane. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The longest password, in bytes of UTF-8. */
export const longestPassword = 128;

/**
 * A hash of the usual parameters that no known password has.
 *
 * Verify against it when there is no user, so that an unknown name takes as long as a known one.
 */
export const decoyHash =
  '$argon2id$v=19$m=19456,t=2,p=1$bWlsbHJhY2UtZGVjb3ktMA$7VmV2jqn8fdl/qpEt8eZzPbn1ct600c3KRT5KsrFloA';

/** A password that is empty or longer than {@link longestPassword}. */
export class PasswordOutOfBounds extends RangeError {
  override readonly name = 'PasswordOutOfBounds';

  constructor() {
    super(`password: 1 to ${longestPassword} bytes`);
  }
}

const isInBounds = (password: string): boolean =>
  password.length > 0 && Buffer.byteLength(password, 'utf8') <= longestPassword;

/**
 * Hashes a password for the field `password` of `user.register`: argon2id with a random salt, in PHC form.
 *
 * This is the helper for every producer of that event; an argon2id library of any language makes the
 * same. The password is taken byte for byte, nothing is trimmed or composed.
 *
 * @throws PasswordOutOfBounds
 * @example
 * UserRegister({ username: 'ada', password: await hashPassword(typed), email: 'ada@example.org' });
 */
export const hashPassword = async (password: string): Promise<string> => {
  if (!isInBounds(password)) throw new PasswordOutOfBounds();
  return hash(password, parameters);
};

/**
 * True when the hash was made of this password.
 *
 * False at once for a password out of bounds, whoever's hash it is; false too for a hash that argon2
 * cannot read.
 */
export const verifyPassword = async (passwordHash: string, password: string): Promise<boolean> => {
  if (!isInBounds(password)) return false;
  try {
    return await verify(passwordHash, password);
  } catch (error) {
    if (isUnreadableHash(error)) return false;
    throw error;
  }
};

const isUnreadableHash = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'InvalidArg';
