import { describe, expect, it } from 'vitest';
import { passwordHash } from '../../../../src/contracts/user/fields.ts';
import {
  decoyHash,
  hashPassword,
  PasswordOutOfBounds,
  verifyPassword,
} from '../../../../src/infra/passwords/password-hash.ts';

const parametersOf = (hash: string): string => hash.split('$').slice(0, 4).join('$');

describe('hashing a password', () => {
  it('gives what the contract of user.register asks for', async () => {
    const hash = await hashPassword('correct horse');

    expect(passwordHash.safeParse(hash).success).toBe(true);
    expect(parametersOf(hash)).toBe('$argon2id$v=19$m=19456,t=2,p=1');
  });

  it('gives another hash each time, and each verifies', async () => {
    const [one, other] = await Promise.all([hashPassword('same'), hashPassword('same')]);

    expect(one).not.toBe(other);
    expect(await verifyPassword(one, 'same')).toBe(true);
    expect(await verifyPassword(other, 'same')).toBe(true);
    expect(await verifyPassword(other, 'Same')).toBe(false);
  });

  it('takes 1 to 128 bytes, counted in UTF-8', async () => {
    await expect(hashPassword('')).rejects.toThrow(PasswordOutOfBounds);
    await expect(hashPassword('é'.repeat(65))).rejects.toThrow(PasswordOutOfBounds);
    expect(await verifyPassword(await hashPassword('é'.repeat(64)), 'é'.repeat(64))).toBe(true);
  });
});

describe('verifying a password', () => {
  it('says no to a password out of bounds without trying it', async () => {
    expect(await verifyPassword('no hash at all', 'x'.repeat(129))).toBe(false);
    expect(await verifyPassword('no hash at all', '')).toBe(false);
  });

  it('says no to a hash that argon2 cannot read', async () => {
    const broken = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA';

    expect(await verifyPassword(broken, 'secret')).toBe(false);
  });

  it('reads hashes of other libraries and parameters', async () => {
    // A test vector of the reference implementation: 64 MiB, two passes.
    const foreign =
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';

    expect(await verifyPassword(foreign, 'password')).toBe(true);
  });

  it('has a decoy of the parameters that real hashes have', async () => {
    expect(parametersOf(decoyHash)).toBe(parametersOf(await hashPassword('any')));
    expect(decoyHash).toHaveLength((await hashPassword('any')).length);
    expect(passwordHash.safeParse(decoyHash).success).toBe(true);
    expect(await verifyPassword(decoyHash, 'any')).toBe(false);
  });
});

describe('the contract of a password hash', () => {
  const shaped = (parameters: string): string =>
    `$argon2id$v=19$${parameters}$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc`;

  it.each([
    'secret',
    'correct horse battery staple',
    '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW',
    shaped('m=9999999,t=2,p=1'),
    shaped('m=19456,t=999,p=1'),
    shaped('m=19456,t=2,p=99'),
    shaped('m=0,t=0,p=0'),
    shaped('m=8,t=1,p=2'),
  ])('refuses %s without repeating it', (value) => {
    const { error } = passwordHash.safeParse(value);

    expect(error?.issues).toHaveLength(1);
    expect(error?.message).not.toContain(value);
  });

  it.each(['m=19456,t=2,p=1', 'm=65536,t=3,p=4', 'm=47104,t=1,p=1'])('takes %s', (parameters) => {
    expect(passwordHash.safeParse(shaped(parameters)).success).toBe(true);
  });
});
