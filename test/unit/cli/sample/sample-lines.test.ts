import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { sampleLines } from '../../../../src/cli/sample/sample-lines.ts';
import { CartAdd } from '../../../../src/contracts/cart/cart-add.ts';
import { readData } from '../../../../src/contracts/read-data.ts';
import { UserRegister } from '../../../../src/contracts/user/user-register.ts';

interface Line {
  readonly id?: string;
  readonly type: string;
  readonly dataversion?: number;
  readonly partitionkey?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const file = resolve(import.meta.dirname, '../../../../sample/shop.ndjson');
const text = sampleLines();
const lines: readonly Line[] = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

const countBy = (keyOf: (line: Line) => string | undefined): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const key = keyOf(line);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

test('the sample in the repository is what the generator makes (npm run sample rewrites it)', async () => {
  expect((await readFile(file, 'utf8')) === text).toBe(true);
});

test('it is the same every time, and another seed makes another one', () => {
  const size = { seed: 5, shoppers: 20, events: 300 };

  expect(sampleLines(size)).toBe(sampleLines(size));
  expect(sampleLines({ ...size, seed: 6 })).not.toBe(sampleLines(size));
});

test('it holds at least six thousand events in less than 1.8 megabytes', () => {
  expect(lines.length).toBeGreaterThanOrEqual(6000);
  expect(Buffer.byteLength(text)).toBeLessThan(1_800_000);
});

test('every request event that people send occurs, carts most often', () => {
  const counts = countBy(({ type }) => type);

  expect(counts.get('cart.add')).toBeGreaterThan(3500);
  for (const type of ['cart.update', 'cart.remove']) expect(counts.get(type)).toBeGreaterThan(400);
  expect(counts.get('user.register')).toBeGreaterThan(350);
  expect(counts.get('product.add')).toBeGreaterThan(300);
  expect(counts.get('product.update')).toBeGreaterThan(150);
  expect(counts.get('product.remove')).toBeGreaterThan(30);
});

test('several hundred shoppers register, all with a hash in the place of their password', () => {
  const registrations = lines.filter(({ type }) => type === UserRegister.type);
  const people = registrations.map(({ data }) => readData(UserRegister, data, 1).data.username);
  const folded = new Set(people.map((name) => name.normalize('NFKC').toLowerCase()));

  expect(folded.size).toBeGreaterThanOrEqual(300);
  expect(folded.size).toBeLessThan(people.length);
  expect(people).toContain('demo');
  expect(people).toContain('admin');
  for (const script of [
    /\p{Script=Cyrillic}/u,
    /\p{Script=Greek}/u,
    /\p{Script=Han}/u,
    /[éüøł]/u,
  ]) {
    expect(people.some((name) => script.test(name))).toBe(true);
  }
});

test('products come in version 1, in version 2, and as structured CloudEvents', () => {
  const additions = lines.filter(({ type }) => type === 'product.add');

  expect(additions.filter(({ dataversion }) => dataversion === 1).length).toBeGreaterThan(50);
  expect(additions.filter((line) => 'specversion' in line).length).toBeGreaterThan(20);
  expect(new Set(additions.map(({ data }) => data?.['productId'])).size).toBeGreaterThanOrEqual(
    300,
  );
});

test('some events come again under the same id, unchanged', () => {
  const repeated = [...countBy(({ id }) => id)].filter(([, count]) => count > 1);

  expect(repeated.length).toBeGreaterThan(50);
  for (const [id] of repeated) {
    const copies = lines.filter((line) => line.id === id).map((line) => JSON.stringify(line));
    expect(new Set(copies).size).toBe(1);
  }
});

test('a few favourites sell far more often than the rest', () => {
  const sold = [
    ...countBy(({ type, data }) =>
      type === 'cart.add' ? `${data?.['productId']}` : undefined,
    ).values(),
  ];
  const falling = sold.sort((one, other) => other - one);

  expect(falling[0]).toBeGreaterThan(10 * (falling[Math.floor(falling.length / 2)] ?? 0));
});

const breaksContract = (line: Line): boolean => {
  try {
    readData(CartAdd, line.data, line.dataversion);
    return false;
  } catch {
    return true;
  }
};

test('bad events of every kind are among them, on purpose and not many', () => {
  const additions = lines.filter(({ type }) => type === 'cart.add');
  const bad = additions.filter(breaksContract);

  expect(bad.some(({ data }) => data?.['quantity'] === 1.5)).toBe(true);
  expect(bad.some(({ dataversion }) => dataversion === 7)).toBe(true);
  expect(bad.some(({ data }) => data?.['userId'] === undefined)).toBe(true);
  expect(lines.some(({ type }) => type === 'cart.steal')).toBe(true);
  expect(lines.some(({ partitionkey }) => partitionkey !== undefined)).toBe(true);
  expect(bad.length).toBeGreaterThan(20);
  expect(bad.length).toBeLessThan(150);
});

test('quantities out of bounds are asked for, which the cart refuses and the contract does not', () => {
  const quantities = lines.map(({ data }) => data?.['quantity']);

  expect(quantities).toContain(0);
  expect(quantities).toContain(100_001);
  expect(quantities).toContain(-1);
});
