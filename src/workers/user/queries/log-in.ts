import type { z } from 'zod';
import { foldUsername } from '../../../contracts/user/fields.ts';
import type { Profile, UserLogIn } from '../../../contracts/user/queries.ts';
import { inject, injectable } from '../../../infra/di/token.ts';
import type { KeyStates } from '../../../infra/pipeline/define-service.ts';
import type { QueryHandler } from '../../../infra/pipeline/handler.ts';
import { Passwords } from '../passwords.ts';
import { profileOf, type UserState, UserStates } from '../state.ts';

type Question = z.infer<typeof UserLogIn.question>;

/**
 * Tells who has this user name and password.
 *
 * An unknown name costs the same read and the same verification as a known one, so that the time of
 * the answer does not tell which names exist. (It tells a hash with other parameters than ours.)
 */
@injectable()
export class LogIn implements QueryHandler<Question, { readonly user: Profile | null }> {
  constructor(
    @inject(UserStates) private readonly users: KeyStates<UserState>,
    @inject(Passwords) private readonly passwords: Passwords,
  ) {}

  async answer({ username, password }: Question): Promise<{ readonly user: Profile | null }> {
    const { user } = await this.users.read(foldUsername(username));
    const hash = user?.passwordHash ?? this.passwords.decoyHash;
    const fits = await this.passwords.verify(hash, password);
    return { user: user && fits ? profileOf(user) : null };
  }
}
