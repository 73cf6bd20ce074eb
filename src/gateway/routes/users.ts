import { z } from 'zod';
import { email, foldUsername, username } from '../../contracts/user/fields.ts';
import { profile, UserLogIn, UserProfile } from '../../contracts/user/queries.ts';
import { UserRegister } from '../../contracts/user/user-register.ts';
import { longestPassword } from '../../infra/passwords/password-hash.ts';
import { callerOf, requireCaller } from '../auth/caller.ts';
import type { GatewayApp } from '../edge/create-app.ts';
import { Problem } from '../problems/problem.ts';
import { doneAnswer, otherWriteAnswers, problems, writeHeaders } from './answers.ts';
import { apiSchemas } from './api-schemas.ts';
import { replyToWrite } from './reply-to-write.ts';
import type { RouteContext } from './route-context.ts';

const password = z
  .string()
  .min(8)
  .max(longestPassword)
  .refine(
    (text) => Buffer.byteLength(text) <= longestPassword,
    `at most ${longestPassword} bytes in UTF-8`,
  )
  .register(apiSchemas, { format: 'password' });

const registration = z.strictObject({ username, password, email });
const credentials = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(longestPassword).register(apiSchemas, { format: 'password' }),
});
const session = z.object({
  token: z.string(),
  tokenType: z.literal('Bearer'),
  expiresInSeconds: z.int(),
  user: profile,
});

/** Who somebody is: registering, logging in, the own profile. */
export const addUserRoutes = (app: GatewayApp, context: RouteContext): void => {
  addRegistration(app, context);
  addLogIn(app, context);
  addProfile(app, context);
};

const addRegistration = (app: GatewayApp, context: RouteContext): void => {
  app.post(
    '/users',
    {
      schema: {
        operationId: 'registerUser',
        tags: ['users'],
        summary: 'Register',
        description: 'The password is hashed before anything leaves the gateway.',
        headers: writeHeaders,
        body: registration,
        response: { 201: doneAnswer, ...otherWriteAnswers(409) },
      },
      preHandler: [context.limitCredentials, context.requireBus],
    },
    async (request, reply) => {
      const { body } = request;
      const answer = await context.writes.submit({
        request,
        // Nobody is logged in: the account in question keeps strangers' keys apart, so that nobody
        // is told the outcome of somebody else's registration.
        owner: ['anonymous', foldUsername(body.username), body.email],
        event: async () =>
          UserRegister({ ...body, password: await context.hashPassword(body.password) }),
        resource: '/users/me',
      });
      return replyToWrite(reply, answer);
    },
  );
};

const addLogIn = (app: GatewayApp, context: RouteContext): void => {
  app.post(
    '/sessions',
    {
      schema: {
        operationId: 'logIn',
        tags: ['users'],
        summary: 'Log in',
        description: 'Answers with a token for `Authorization: Bearer`.',
        body: credentials,
        response: { 201: session, ...problems(400, 401, 413, 415, 502) },
      },
      preHandler: [context.limitCredentials, context.requireBus],
    },
    async ({ body }, reply) => {
      const { user } = await context.queries.ask(UserLogIn, body);
      if (!user) {
        // The same for an unknown user: nobody learns here who has an account.
        throw new Problem('wrong-credentials', 'user name and password do not fit', {
          headers: { 'www-authenticate': 'Bearer realm="millrace"' },
        });
      }
      const issued = await context.tokens.issue(user);
      return reply.code(201).send({ ...issued, tokenType: 'Bearer', user });
    },
  );
};

const addProfile = (app: GatewayApp, context: RouteContext): void => {
  app.get(
    '/users/me',
    {
      schema: {
        operationId: 'getProfile',
        tags: ['users'],
        summary: 'Read the own profile',
        security: [{ bearer: [] }],
        response: { 200: profile, ...problems(401, 404, 502) },
      },
      onRequest: requireCaller(context.tokens),
      preHandler: context.requireBus,
    },
    async (request) => {
      const { user } = await context.queries.ask(UserProfile, { userId: callerOf(request).userId });
      if (!user) throw new Problem('unknown-user', 'the user of the token does not exist');
      return user;
    },
  );
};
