import { UserLogIn, UserProfile } from '../../contracts/user/queries.ts';
import { userStream } from '../../contracts/user/stream.ts';
import { UserRegister } from '../../contracts/user/user-register.ts';
import { defineService } from '../../infra/pipeline/define-service.ts';
import { answers, on } from '../../infra/pipeline/handler.ts';
import { RegisterUser } from './handlers/register-user.ts';
import { GetProfile } from './queries/get-profile.ts';
import { LogIn } from './queries/log-in.ts';
import { userState } from './state.ts';

/** Accounts: a user name belongs to whoever registers it first. */
export const user = defineService({
  stream: userStream,
  state: userState,
  routes: [on(UserRegister, RegisterUser)],
  queries: [answers(UserLogIn, LogIn), answers(UserProfile, GetProfile)],
});
