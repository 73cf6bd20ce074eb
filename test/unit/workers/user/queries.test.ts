import { describe, expect, it } from 'vitest';
import type { KeyStates } from '../../../../src/infra/pipeline/define-service.ts';
import type { Passwords } from '../../../../src/workers/user/passwords.ts';
import { GetProfile } from '../../../../src/workers/user/queries/get-profile.ts';
import { LogIn } from '../../../../src/workers/user/queries/log-in.ts';
import type { UserState } from '../../../../src/workers/user/state.ts';

const profile = {
  userId: 'ada',
  username: 'Ada',
  email: 'ada@example.org',
  registeredAt: '2026-01-01T00:00:00.000Z',
};

const adaOnly: KeyStates<UserState> = {
  read: async (key) => ({ user: key === 'ada' ? { ...profile, passwordHash: 'of:secret' } : null }),
};

/** Passwords whose hashes are `of:<password>`, and a list of what was verified. */
const recorded = (): Passwords & { readonly verified: string[] } => {
  const verified: string[] = [];
  return {
    verified,
    decoyHash: 'decoy',
    verify: async (hash, password) => {
      verified.push(hash);
      return hash === `of:${password}`;
    },
  };
};

describe('logging in', () => {
  it('tells who has this name and password, however the name is spelled', async () => {
    const logIn = new LogIn(adaOnly, recorded());

    expect(await logIn.answer({ username: 'aDA', password: 'secret' })).toEqual({ user: profile });
  });

  it('tells nothing for a wrong password', async () => {
    const logIn = new LogIn(adaOnly, recorded());

    expect(await logIn.answer({ username: 'Ada', password: 'Secret' })).toEqual({ user: null });
  });

  it('does the same work for an unknown user as for a known one', async () => {
    const passwords = recorded();
    const logIn = new LogIn(adaOnly, passwords);

    await logIn.answer({ username: 'Ada', password: 'wrong' });
    await logIn.answer({ username: 'nobody', password: 'wrong' });

    expect(passwords.verified).toEqual(['of:secret', 'decoy']);
  });

  it('lets nobody in by the decoy, even if its password became known', async () => {
    const logIn = new LogIn(adaOnly, { decoyHash: 'of:known', verify: async () => true });

    expect(await logIn.answer({ username: 'nobody', password: 'known' })).toEqual({ user: null });
  });

  it('says so when too many try at once', async () => {
    const busy: Passwords = {
      decoyHash: 'decoy',
      verify: async () => {
        throw new Error('too many passwords are being verified: try again in a moment');
      },
    };

    await expect(
      new LogIn(adaOnly, busy).answer({ username: 'Ada', password: 'secret' }),
    ).rejects.toThrow('too many passwords');
  });
});

describe('asking for a profile', () => {
  it('tells what others may know, never the hash', async () => {
    expect(await new GetProfile(adaOnly).answer({ userId: 'ada' })).toEqual({ user: profile });
  });

  it('tells nothing for an unknown user', async () => {
    expect(await new GetProfile(adaOnly).answer({ userId: 'bob' })).toEqual({ user: null });
  });
});
