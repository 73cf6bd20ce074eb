import { expect, it } from 'vitest';
import { UserRegister } from '../../../../src/contracts/user/user-register.ts';
import { keyHash } from '../../../../src/infra/observability/logger.ts';
import { idsOf } from '../../../../src/infra/observability/said-id.ts';
import { sayErrorOf } from '../../../../src/infra/observability/say-error.ts';
import { withoutPersonal } from '../../../../src/infra/observability/without-personal.ts';

const contract = { personal: ['name', 'mail', 'age', 'address'], secret: ['pin'] };
const data = {
  name: 'Jo',
  mail: 'jo@example.org',
  age: 42,
  address: { street: 'Mill Lane', house: 7 },
  pin: 'hash:1(2)',
  product: 'tea',
};
const without = (text: string) => withoutPersonal(text, contract, data);

it.each([
  [
    'a text',
    'no mail to jo@example.org, twice: jo@example.org',
    'no mail to [redacted], twice: [redacted]',
  ],
  ['a part of another word', 'xjo@example.orgx', 'x[redacted]x'],
  ['what is deeper', 'nobody in Mill Lane 7', 'nobody in [redacted] [redacted]'],
  ['signs that mean something in patterns', 'hash:1(2)!', '[redacted]!'],
  ['a number, where it stands alone', '42 is not 421 or x42', '[redacted] is not 421 or x42'],
  ['a short text, where it stands alone', 'Jo is no Joke', '[redacted] is no Joke'],
])('takes out %s', (_what, text, expected) => {
  expect(without(text)).toBe(expected);
});

it('leaves what is not personal, and what it knows nothing of', () => {
  expect(without('no tea left')).toBe('no tea left');
  expect(withoutPersonal('Jo', undefined, data)).toBe('Jo');
  expect(withoutPersonal('Jo', contract, 'Jo')).toBe('Jo');
});

it('writes ids with hashes in the place of who is in them', () => {
  const said = idsOf({ route: { contract, handler: class {} } as never, data });

  expect(said('r.0.reprice-item.Jo.1')).toBe(`r.0.reprice-item.#${keyHash('Jo')}.1`);
  expect(said('r.0.reprice-item.Joe.1')).toBe('r.0.reprice-item.Joe.1');
  expect(idsOf({ route: undefined, data })('r.Jo')).toBe('r.Jo');
});

it('says an error with all that it was thrown because of', () => {
  const user = { username: 'jane', email: 'jane@example.org', password: '$argon2id$x' };
  const cause = new TypeError('bad: jane@example.org', { cause: 'jane again' });

  expect(sayErrorOf(new Error('jane exists', { cause }), UserRegister, user)).toEqual({
    errorName: 'Error',
    error: '[redacted] exists',
    causes: ['TypeError: bad: [redacted]', 'string: [redacted] again'],
  });
});

it('ends with an error that is its own cause', () => {
  const error = new Error('round');
  error.cause = error;

  expect(sayErrorOf(error, undefined, undefined).causes).toHaveLength(8);
});
