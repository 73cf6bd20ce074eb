import { demoPasswordHashes } from './demo-password.ts';
import type { Random } from './random.ts';
import type { SampleEvent } from './sample-event.ts';
import { type Names, names } from './shopper-names.ts';

/** Somebody who shops, and what the cart should hold by now. */
export interface Shopper {
  readonly username: string;
  readonly userId: string;
  readonly email: string;
  readonly cart: Map<string, number>;
}

const asciiLetters: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', æ: 'ae', ł: 'l', đ: 'd' };

const mailbox = (username: string, number: number): string => {
  const ascii = username
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßøæłđ]/gu, (letter) => asciiLetters[letter] ?? '');
  return /^[a-z0-9._-]+$/.test(ascii) ? ascii : `shopper.${number}`;
};

/** A shopper of this name; the user id is the user name in its unique spelling. */
export const shopper = (username: string, number: number): Shopper => ({
  username,
  userId: username.normalize('NFKC').toLowerCase(),
  email: `${mailbox(username.toLowerCase(), number)}@example.${['com', 'net', 'org'][number % 3]}`,
  cart: new Map(),
});

const usernameOf = ({ given, family, joint }: Names, random: Random): string => {
  const name = `${random.pick(given)}${joint}${random.pick(family)}`.normalize('NFC');
  return random.chance(0.08) ? name.replace(/^\p{L}/u, (first) => first.toUpperCase()) : name;
};

/** So many shoppers, no two of one user name. */
export const makeShoppers = (count: number, random: Random): readonly Shopper[] => {
  const taken = new Map<string, Shopper>();
  while (taken.size < count) {
    const name = usernameOf(random.pick(names), random);
    const candidate = shopper(name, taken.size);
    const again = shopper(`${name}${random.between(2, 99)}`, taken.size);
    const chosen = taken.has(candidate.userId) ? again : candidate;
    if (!taken.has(chosen.userId)) taken.set(chosen.userId, chosen);
  }
  return [...taken.values()];
};

/** The event by which somebody opens an account. */
export const registration = ({ username, email }: Shopper, random: Random): SampleEvent => ({
  type: 'user.register',
  data: { username, password: random.pick(demoPasswordHashes), email },
});
