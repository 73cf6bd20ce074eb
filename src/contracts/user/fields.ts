import { z } from 'zod';

/** The one spelling under which a user name is unique: compatibility-composed and lower case. */
export const foldUsername = (name: string): string => name.normalize('NFKC').toLowerCase();

/**
 * A user name as typed: letters and digits of any script, `.`, `_` and `-`; 3 to 32 characters.
 *
 * Single characters whose plain form is a whole phrase or has other signs in it (`ﷺ`, `½`) are refused,
 * because the folded name is the user's id.
 */
export const username = z
  .string()
  .regex(/^[\p{L}\p{N}._-]{3,32}$/u, {
    error: '3 to 32 letters, digits, ".", "_" or "-"',
    abort: true,
  })
  .refine(
    (name) => /^[\p{L}\p{N}\p{M}._-]{3,64}$/u.test(foldUsername(name)),
    'no characters that stand for phrases or fractions',
  );

export const email = z.email().max(254);

/** The costliest parameters of a hash: whoever chooses them makes the user service pay at every log-in. */
const costliest = { kibibytes: 131_072, passes: 10, lanes: 8 };

const isAffordable = (hash: string): boolean => {
  const [, m = 0, t = 0, p = 0] = (/\$m=(\d+),t=(\d+),p=(\d+)\$/.exec(hash) ?? []).map(Number);
  const { kibibytes, passes, lanes } = costliest;
  return t >= 1 && t <= passes && p >= 1 && p <= lanes && m >= 8 * p && m <= kibibytes;
};

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
    { error: 'an argon2id hash in PHC form, never a plain password', abort: true },
  )
  .refine(isAffordable, 'parameters that argon2id allows, at most m=131072, t=10, p=8');
