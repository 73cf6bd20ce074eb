import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { identifier } from '../fields.ts';
import { email, username } from './fields.ts';
import { userStream } from './stream.ts';

/** An account exists now. */
export const UserRegistered = defineEvent({
  type: 'user.registered',
  version: 1,
  kind: 'fact',
  stream: userStream,
  data: z.object({ userId: identifier, username, email }),
  key: ({ userId }) => userId,
  personal: ['userId', 'username', 'email'],
});
export type UserRegistered = DataOf<typeof UserRegistered>;
