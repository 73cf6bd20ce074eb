import { provide, type Scope } from '../../infra/di/token.ts';
import { passwordChecks } from '../../infra/passwords/password-checks.ts';
import { Passwords } from './passwords.ts';

/** Provides what the user service needs beside the runtime's own. */
export const provideUser = (scope: Scope): void => {
  provide(scope, Passwords, passwordChecks());
};
