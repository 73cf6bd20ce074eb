import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { email, foldUsername, passwordHash, username } from './fields.ts';
import { userStream } from './stream.ts';

/** Somebody wants an account. `password` holds an argon2id hash, never a password. */
export const UserRegister = defineEvent({
  type: 'user.register',
  version: 1,
  kind: 'request',
  stream: userStream,
  data: z.object({ username, password: passwordHash, email }),
  key: (data) => foldUsername(data.username),
  personal: ['username', 'email'],
  secret: ['password'],
});
export type UserRegister = DataOf<typeof UserRegister>;
