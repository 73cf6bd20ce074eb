import { foldUsername } from '../../../contracts/user/fields.ts';
import type { UserRegister } from '../../../contracts/user/user-register.ts';
import { UserRegistered } from '../../../contracts/user/user-registered.ts';
import { UserRegistrationRejected } from '../../../contracts/user/user-registration-rejected.ts';
import { injectable } from '../../../infra/di/token.ts';
import type { Decision, EventHandler, HandlingContext } from '../../../infra/pipeline/handler.ts';
import type { UserState } from '../state.ts';

/** Gives a user name to whoever asks for it first; the hash of the password goes into the state only. */
@injectable()
export class RegisterUser implements EventHandler<UserRegister, UserState> {
  handle(
    { username, password, email }: UserRegister,
    { state, storedAt }: HandlingContext<UserState>,
  ): Decision<UserState> {
    if (state.user) {
      const message = 'this user name is taken';
      const rejected = UserRegistrationRejected({ username, reason: 'username-taken', message });
      return { events: [rejected] };
    }
    const userId = foldUsername(username);
    const registeredAt = new Date(storedAt).toISOString();
    return {
      state: { user: { userId, username, email, passwordHash: password, registeredAt } },
      events: [UserRegistered({ userId, username, email })],
    };
  }
}
