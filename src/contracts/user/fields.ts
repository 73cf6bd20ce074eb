import { z } from 'zod';

/** A user name as typed: letters and digits of any script, `.`, `_` and `-`; 3 to 32 characters. */
export const username = z
  .string()
  .regex(/^[\p{L}\p{N}._-]{3,32}$/u, '3 to 32 letters, digits, ".", "_" or "-"');

/** The one spelling under which a user name is unique: compatibility-composed and lower case. */
export const foldUsername = (name: string): string => name.normalize('NFKC').toLowerCase();

export const email = z.email().max(254);

/**
 * A password's argon2id hash in PHC form (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`).
 *
 * Hash it before publishing, with `hashPassword` of `src/infra/passwords/` or any argon2id library:
 * the field is refused when it holds anything else.
 */
export const passwordHash = z
  .string()
  .max(512)
  .regex(
    /^\$argon2id\$v=19\$m=\d{1,7},t=\d{1,3},p=\d{1,3}\$[A-Za-z0-9+/]{11,128}\$[A-Za-z0-9+/]{22,256}$/,
    'an argon2id hash in PHC form, never a plain password',
  );
