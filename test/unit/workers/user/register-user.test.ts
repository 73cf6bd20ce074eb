import { describe, expect, it } from 'vitest';
import { foldUsername, username } from '../../../../src/contracts/user/fields.ts';
import { UserRegister } from '../../../../src/contracts/user/user-register.ts';
import { RegisterUser } from '../../../../src/workers/user/handlers/register-user.ts';
import { type UserState, userState } from '../../../../src/workers/user/state.ts';
import { given } from '../../../support/given-when-then.ts';

const hash =
  '$argon2id$v=19$m=19456,t=2,p=1$bWlsbHJhY2UtZGVjb3ktMA$7VmV2jqn8fdl/qpEt8eZzPbn1ct600c3KRT5KsrFloA';
const ada = { username: 'Ada', password: hash, email: 'ada@example.org' };
const nobody: UserState = { user: null };
const taken: UserState = {
  user: {
    userId: 'ada',
    username: 'Ada',
    email: 'ada@example.org',
    passwordHash: hash,
    registeredAt: '2026-01-01T00:00:00.000Z',
  },
};

describe('registering a user', () => {
  it('keeps the account under the folded name, dated by the stream', async () => {
    const { state } = await given(nobody).when(new RegisterUser(), UserRegister(ada));

    expect(userState.schema.parse(state)).toEqual({
      user: {
        userId: 'ada',
        username: 'Ada',
        email: 'ada@example.org',
        passwordHash: hash,
        registeredAt: '2026-03-01T12:00:00.000Z',
      },
    });
  });

  it('tells everybody about the account and nobody about the password', async () => {
    const { events } = await given(nobody).when(new RegisterUser(), UserRegister(ada));

    expect(events).toEqual([
      ['user.registered', { userId: 'ada', username: 'Ada', email: 'ada@example.org' }],
    ]);
    expect(JSON.stringify(events)).not.toContain('argon2');
  });

  it('refuses a name that is taken, however it is spelled', async () => {
    const event = UserRegister({ ...ada, username: 'ADA', email: 'other@example.org' });

    const { state, events } = await given(taken).when(new RegisterUser(), event);

    expect(state).toEqual(taken);
    expect(events).toEqual([
      [
        'user.registration-rejected',
        { username: 'ADA', reason: 'username-taken', message: 'this user name is taken' },
      ],
    ]);
  });

  it.each([
    ['ADA', 'ada'],
    ['ＡＤＡ', 'ada'],
    ['Ærø', 'ærø'],
    ['ΑΔΑ', 'αδα'],
  ])('keeps %s and %s in one place', (one, other) => {
    expect(UserRegister.key({ ...ada, username: one })).toBe(other);
  });

  it.each(['ﷺﷺﷺ', '½½½', 'ab', 'a b c', 'x'.repeat(33)])('is not open to the name %s', (name) => {
    expect(username.safeParse(name).success).toBe(false);
  });

  it('gives ids that fold to themselves', () => {
    for (const name of ['Ada', 'İstanbul', 'STRASSE', 'ǅungla', 'Ωmega']) {
      expect(foldUsername(foldUsername(name))).toBe(foldUsername(name));
    }
  });
});
