import { describe, expect, it } from 'vitest';
import { InvalidEvent } from '../../../src/contracts/invalid-event.ts';
import { readData } from '../../../src/contracts/read-data.ts';
import { UserRegister } from '../../../src/contracts/user/user-register.ts';

const hash =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM';
const data = { username: 'Ada', password: hash, email: 'ada@example.org' };

describe('user.register', () => {
  it('takes the hash of a password', () => {
    expect(readData(UserRegister, data, 1).data).toEqual(data);
  });

  it('refuses a plain password and does not repeat it', () => {
    for (const password of [
      'hunter2',
      'correct horse battery staple',
      `${hash} `,
      ` ${hash}`,
      `hunter2${hash}`,
      `${hash}\nhunter2`,
      '$argon2id$v=19$m=19456,t=2,p=1$hunter2',
      '$argon2i$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4',
      '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
      'x'.repeat(600),
      '',
    ]) {
      const read = () => readData(UserRegister, { ...data, password }, undefined);
      expect(read, password).toThrow(InvalidEvent);
      expect(read).toThrow('password: ');
      if (password.length > 3) expect(read).not.toThrow(password);
      expect(read).not.toThrow('hunter2');
    }
  });

  it('refuses a hash that would be too costly to check', () => {
    for (const parameters of ['m=9999999,t=2,p=1', 'm=19456,t=999,p=1', 'm=19456,t=2,p=99']) {
      const password = hash.replace('m=19456,t=2,p=1', parameters);
      expect(() => readData(UserRegister, { ...data, password }, 1)).toThrow('password: ');
    }
  });

  it('names its password as a secret and what is about a person as personal', () => {
    expect(UserRegister.secret).toEqual(['password']);
    expect(UserRegister.personal).toEqual(['username', 'email']);
  });

  it('has one key for all spellings of a name', () => {
    const keyOf = (username: string): string => UserRegister.key({ ...data, username });

    expect(keyOf('ADA')).toBe(keyOf('ada'));
    expect(keyOf('ﬁnn')).toBe('finn');
    expect(keyOf('A\u030angström'.normalize('NFC'))).toBe(keyOf('ångström'));
  });
});
