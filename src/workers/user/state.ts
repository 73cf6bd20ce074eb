import { z } from 'zod';
import { identifier } from '../../contracts/fields.ts';
import { email, passwordHash, username } from '../../contracts/user/fields.ts';
import type { Profile } from '../../contracts/user/queries.ts';
import { token } from '../../infra/di/token.ts';
import type { KeyStates } from '../../infra/pipeline/define-service.ts';

const account = z.object({
  /** The folded user name: the key of the state. */
  userId: identifier,
  username,
  email,
  passwordHash,
  registeredAt: z.iso.datetime(),
});
type Account = z.infer<typeof account>;

const schema = z.object({ user: account.nullable() });
export type UserState = z.infer<typeof schema>;

export const UserStates = token<KeyStates<UserState>>('UserStates');

/** What is kept of each user name: the account that has it, if any. */
export const userState = { schema, initial: { user: null }, provides: UserStates };

/** What of an account others may see. */
export const profileOf = ({ userId, username, email, registeredAt }: Account): Profile => ({
  userId,
  username,
  email,
  registeredAt,
});
