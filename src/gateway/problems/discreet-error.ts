import type { FastifyRequest } from 'fastify';
import { UserRegister } from '../../contracts/user/user-register.ts';
import { withoutPersonal } from '../../infra/observability/without-personal.ts';

/** What a request says of a person, wherever it says so. */
const discretion = {
  personal: [...UserRegister.personal, 'userId'],
  secret: UserRegister.secret,
};

/**
 * An error for the log: the same, and of its texts nothing that the request says of a person.
 *
 * Libraries may quote in an error what they were given.
 */
export const discreetError = (error: unknown, { body }: Pick<FastifyRequest, 'body'>): unknown => {
  if (!(error instanceof Error)) return error;
  const clean = (text = '') => ({ value: withoutPersonal(text, discretion, body) });
  return Object.create(error, {
    message: clean(error.message),
    stack: clean(error.stack),
    cause: { value: error.cause === undefined ? undefined : discreetError(error.cause, { body }) },
  });
};
