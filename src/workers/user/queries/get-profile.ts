import type { z } from 'zod';
import type { Profile, UserProfile } from '../../../contracts/user/queries.ts';
import { inject, injectable } from '../../../infra/di/token.ts';
import type { KeyStates } from '../../../infra/pipeline/define-service.ts';
import type { QueryHandler } from '../../../infra/pipeline/handler.ts';
import { profileOf, type UserState, UserStates } from '../state.ts';

type Question = z.infer<typeof UserProfile.question>;

/** Tells what others may know of a user. */
@injectable()
export class GetProfile implements QueryHandler<Question, { readonly user: Profile | null }> {
  constructor(@inject(UserStates) private readonly users: KeyStates<UserState>) {}

  async answer({ userId }: Question): Promise<{ readonly user: Profile | null }> {
    const { user } = await this.users.read(userId);
    return { user: user && profileOf(user) };
  }
}
