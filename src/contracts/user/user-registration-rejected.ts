import { z } from 'zod';
import { type DataOf, defineEvent } from '../define-event.ts';
import { rejection } from '../fields.ts';
import { foldUsername, username } from './fields.ts';
import { userStream } from './stream.ts';

/** An account was refused. */
export const UserRegistrationRejected = defineEvent({
  type: 'user.registration-rejected',
  version: 1,
  kind: 'fact',
  stream: userStream,
  data: z.object({ username, ...rejection(['username-taken']) }),
  key: (data) => foldUsername(data.username),
  personal: ['username'],
});
export type UserRegistrationRejected = DataOf<typeof UserRegistrationRejected>;
