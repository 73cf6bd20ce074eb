import { z } from 'zod';
import { defineQuery } from '../define-query.ts';
import { identifier } from '../fields.ts';
import { username } from './fields.ts';

/** A user as others may see it: never with the password's hash. */
export const profile = z.object({
  userId: identifier,
  username,
  email: z.string(),
  registeredAt: z.iso.datetime(),
});
export type Profile = z.infer<typeof profile>;

/** Checks a user name and password; `null` when they do not fit, after the same work for unknown users. */
export const UserLogIn = defineQuery({
  name: 'user.log-in',
  question: z.object({ username: z.string().max(64), password: z.string().max(128) }),
  answer: z.object({ user: profile.nullable() }),
});

/** A user's profile, `null` for an unknown one. */
export const UserProfile = defineQuery({
  name: 'user.profile',
  question: z.object({ userId: identifier }),
  answer: z.object({ user: profile.nullable() }),
});
