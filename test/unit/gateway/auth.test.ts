import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { createTokens } from '../../../src/gateway/auth/tokens.ts';
import { HandClock, newKeyPem, startGateway } from './support/gateway.ts';

const open = [
  ['GET', '/products'],
  ['GET', '/products/mug'],
  ['POST', '/users'],
  ['POST', '/sessions'],
  ['GET', '/openapi.json'],
  ['GET', '/docs'],
] as const;
const callers = [
  ['GET', '/users/me'],
  ['GET', '/carts/me'],
  ['POST', '/carts/me/items'],
  ['PATCH', '/carts/me/items/mug'],
  ['DELETE', '/carts/me/items/mug'],
] as const;
const catalogue = [
  ['POST', '/products'],
  ['PATCH', '/products/mug'],
  ['DELETE', '/products/mug'],
] as const;

test.each(open)('%s %s asks for no token', async (method, url) => {
  const { app } = await startGateway();

  expect([401, 403]).not.toContain((await app.inject({ method, url })).statusCode);
});

test.each([...callers, ...catalogue])('%s %s is 401 without a token', async (method, url) => {
  const { app, bus } = await startGateway();

  const answer = await app.inject({ method, url });

  expect(answer.statusCode).toBe(401);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['www-authenticate']).toBe('Bearer realm="millrace"');
  expect(answer.json()).toMatchObject({ type: '/problems/missing-token', instance: url });
  expect([...bus.sent, ...bus.asked]).toEqual([]);
});

test.each(catalogue)('%s %s is 403 without the role, before the body is read', async (...row) => {
  const [method, url] = row;
  const { app, bus, bearer } = await startGateway();

  const answer = await app.inject({
    method,
    url,
    headers: await bearer('ann'),
    payload: 'rubbish',
  });

  expect(answer.statusCode).toBe(403);
  expect(answer.json().type).toBe('/problems/missing-role');
  expect(bus.sent).toEqual([]);
});

test.each(callers)('%s %s takes a token without the role', async (method, url) => {
  const { app, bearer } = await startGateway();

  const answer = await app.inject({ method, url, headers: await bearer('ann') });

  expect([401, 403]).not.toContain(answer.statusCode);
});

const signingKey = newKeyPem();
const clock = new HandClock();
const nowSeconds = Math.floor(clock.now() / 1000);

const signed = (
  claims: Record<string, unknown>,
  header: { typ?: string; alg?: string; kid?: string } = {},
  pem = signingKey,
): Promise<string> =>
  new SignJWT({ username: 'ann', roles: ['catalogue'], ...claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...header })
    .sign(createPrivateKey(pem));

const good = {
  iss: 'millrace',
  aud: 'millrace-gateway',
  sub: 'id-ann',
  iat: nowSeconds,
  exp: nowSeconds + 60,
};

const kidOf = async (): Promise<string> => {
  const { issue } = await createTokens({ keyPem: signingKey, catalogueUsers: [], clock });
  const { token } = await issue({ userId: 'x', username: 'x' });
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
};

test('a token signed as the gateway signs is taken', async () => {
  const tokens = await createTokens({ keyPem: signingKey, catalogueUsers: [], clock });

  const caller = await tokens.read(await signed(good, { kid: await kidOf() }));

  expect(caller).toEqual({ userId: 'id-ann', username: 'ann', roles: ['catalogue'] });
});

test.each<[string, (kid: string) => Promise<string> | string]>([
  ['of another issuer', (kid) => signed({ ...good, iss: 'other' }, { kid })],
  ['for another audience', (kid) => signed({ ...good, aud: 'other' }, { kid })],
  ['of another type', (kid) => signed(good, { kid, typ: 'JWT' })],
  ['without a key id', () => signed(good)],
  ['of an unknown key', () => signed(good, { kid: 'other' })],
  ['signed with another key', (kid) => signed(good, { kid }, newKeyPem())],
  ['without an end', (kid) => signed({ ...good, exp: undefined }, { kid })],
  ['without a subject', (kid) => signed({ ...good, sub: undefined }, { kid })],
  ['with roles that are no list', (kid) => signed({ ...good, roles: 'catalogue' }, { kid })],
  ['not signed at all', () => new UnsecuredJWT(good).encode()],
  [
    'signed with the public key as a secret',
    (kid) =>
      new SignJWT({ ...good, username: 'ann', roles: [] })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
        .sign(Buffer.alloc(32)),
  ],
  ['of nonsense', () => 'a.b.c'],
])('a token %s is refused', async (_what, make) => {
  const tokens = await createTokens({ keyPem: signingKey, catalogueUsers: [], clock });
  const token = await make(await kidOf());

  await expect(tokens.read(token)).rejects.toMatchObject({ kind: 'invalid-token', status: 401 });
});

test('a token is over after an hour, with five seconds of tolerance', async () => {
  const { app, bus, bearer, clock: time } = await startGateway();
  bus.answers.set('cart.get', () => ({
    cart: { userId: 'id-ann', items: [], pieces: 0, total: null },
  }));
  const headers = await bearer('ann');

  time.turn(3_604_000);
  const inTime = await app.inject({ url: '/carts/me', headers });
  time.turn(2_000);
  const late = await app.inject({ url: '/carts/me', headers });

  expect(inTime.statusCode).toBe(200);
  expect(late.statusCode).toBe(401);
  expect(late.json()).toMatchObject({
    type: '/problems/invalid-token',
    detail: 'the token has expired',
  });
  expect(late.headers['www-authenticate']).toContain('error="invalid_token"');
});

test('a token that was taken before is over at its end all the same', async () => {
  const time = new HandClock();
  const tokens = await createTokens({ keyPem: signingKey, catalogueUsers: [], clock: time });
  const token = await signed(good, { kid: await kidOf() });

  expect((await tokens.read(token)).userId).toBe('id-ann');
  time.turn(64_000);
  expect((await tokens.read(token)).userId).toBe('id-ann');
  time.turn(1_500);
  await expect(tokens.read(token)).rejects.toThrow('the token has expired');
});

test('a token that was taken before opens nothing for others like it', async () => {
  const tokens = await createTokens({ keyPem: signingKey, catalogueUsers: [], clock });
  const kid = await kidOf();
  const ann = await signed(good, { kid });
  const bob = await signed({ ...good, sub: 'id-bob', roles: [] }, { kid });
  const [head, , signature] = ann.split('.');
  await tokens.read(ann);

  expect(await tokens.read(bob)).toMatchObject({ userId: 'id-bob', roles: [] });
  expect(await tokens.read(ann)).toMatchObject({ userId: 'id-ann', roles: ['catalogue'] });
  const forged = `${head}.${bob.split('.')[1]}.${signature}`;
  await expect(tokens.read(forged)).rejects.toMatchObject({ kind: 'invalid-token' });
});

test('the role goes to the named users, in any capitals', async () => {
  const tokens = await createTokens({
    keyPem: newKeyPem(),
    catalogueUsers: ['CLEO', 'Émile'],
    clock,
  });
  const rolesOf = async (username: string) => {
    const { token } = await tokens.issue({ userId: 'x', username });
    return (await tokens.read(token)).roles;
  };

  expect(await rolesOf('cleo')).toEqual(['catalogue']);
  expect(await rolesOf('e\u0301MILE')).toEqual(['catalogue']);
  expect(await rolesOf('ann')).toEqual([]);
});

test('the key can be changed: tokens of the older key in the file are still taken', async () => {
  const older = newKeyPem();
  const before = await createTokens({ keyPem: older, catalogueUsers: [], clock });
  const after = await createTokens({
    keyPem: `${newKeyPem()}\n${older}`,
    catalogueUsers: [],
    clock,
  });
  const { token: oldToken } = await before.issue({ userId: 'u', username: 'ann' });
  const { token: newToken } = await after.issue({ userId: 'u', username: 'ann' });

  expect((await after.read(oldToken)).userId).toBe('u');
  expect((await after.read(newToken)).userId).toBe('u');
  await expect(before.read(newToken)).rejects.toThrow('another key');
});

test('a file without an Ed25519 key is refused at the start', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

  await expect(createTokens({ keyPem: '', catalogueUsers: [], clock })).rejects.toThrow(TypeError);
  await expect(createTokens({ keyPem: rsa, catalogueUsers: [], clock })).rejects.toThrow(
    'rsa, not ed25519',
  );
});
