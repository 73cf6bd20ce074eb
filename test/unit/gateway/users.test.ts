import { expect, test } from 'vitest';
import { UserRegistered } from '../../../src/contracts/user/user-registered.ts';
import { fakeHash, startGateway } from './support/gateway.ts';

const canary = 'canary-Secret-7391';
const ann = { username: 'Ann', password: canary, email: 'ann@example.org' };
const profile = {
  userId: 'id-ann',
  username: 'Ann',
  email: 'ann@example.org',
  registeredAt: '2026-01-01T00:00:00.000Z',
};

test('POST /users publishes user.register with the hash and answers 202 with its id', async () => {
  const { app, bus, published } = await startGateway();

  const answer = await app.inject({ method: 'POST', url: '/users', payload: ann });

  expect(answer.statusCode).toBe(202);
  const [sent] = bus.sent;
  expect(answer.json()).toEqual({
    id: sent?.envelope.id,
    type: 'user.register',
    status: 'accepted',
  });
  expect(answer.headers['link']).toBe('</users/me>; rel="related"');
  expect(sent?.event.data).toEqual({ ...ann, password: fakeHash });
  expect(sent?.envelope).toMatchObject({
    type: 'user.register',
    source: '/millrace/gateway',
    version: 1,
    correlationId: sent?.envelope.id,
    time: '2026-01-01T00:00:00.000Z',
  });
  expect(published).toEqual([['user.register', 'accepted']]);
});

test('a password appears in no event, log line, answer or header, whatever becomes of the request', async () => {
  const { app, bus, logs, hashed } = await startGateway();
  const seen: string[] = [];
  const send = async (payload: unknown, headers: Record<string, string> = {}) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/users',
      headers: { 'content-type': 'application/json', ...headers },
      payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
    });
    seen.push(answer.body, JSON.stringify(answer.headers));
    return answer.statusCode;
  };

  expect(await send(ann)).toBe(202);
  expect(await send(ann, { 'idempotency-key': 'k' })).toBe(202);
  expect(await send({ ...ann, password: `${canary}2` }, { 'idempotency-key': 'k' })).toBe(422);
  expect(await send({ ...ann, username: '!' })).toBe(400);
  expect(await send({ ...ann, password: canary.repeat(20) })).toBe(400);
  expect(await send(`{"password":"${canary}"`)).toBe(400);
  expect(await send(JSON.stringify(ann), { 'content-type': 'text/plain' })).toBe(415);
  bus.onPublish = () => {
    throw new Error('anything');
  };
  expect(await send(ann)).toBe(500);
  bus.answers.set('user.log-in', () => ({ user: null }));
  const { username, password } = ann;
  const logIn = await app.inject({
    method: 'POST',
    url: '/sessions',
    payload: { username, password },
  });
  seen.push(logIn.body, JSON.stringify(logIn.headers));

  const events = JSON.stringify(bus.sent.map(({ event, envelope }) => [event.data, envelope]));
  expect(hashed).toContain(canary);
  expect(logs.length).toBeGreaterThan(5);
  expect([events, ...logs, ...seen].join('\n')).not.toContain(canary);
});

test('user names and addresses stay out of the log', async () => {
  const { app, logs } = await startGateway();

  await app.inject({ method: 'POST', url: '/users', payload: ann });
  await app.inject('/products?search=ann@example.org');

  expect(logs.join('')).not.toContain('ann@example.org');
  expect(logs.join('')).not.toContain('Ann');
});

test.each([
  ['no body', undefined, ''],
  ['a list', [], ''],
  ['no user name', { ...ann, username: undefined }, 'username'],
  ['a short user name', { ...ann, username: 'an' }, 'username'],
  ['a user name with a space', { ...ann, username: 'ann lee' }, 'username'],
  ['a short password', { ...ann, password: '1234567' }, 'password'],
  ['a long password', { ...ann, password: 'x'.repeat(129) }, 'password'],
  ['a password of too many bytes', { ...ann, password: 'é'.repeat(65) }, 'password'],
  ['no address', { ...ann, email: 'ann' }, 'email'],
  ['an unknown field', { ...ann, role: 'admin' }, 'role'],
])('POST /users refuses %s and names the field', async (_what, payload, field) => {
  const { app, bus, hashed } = await startGateway();

  const answer = await app.inject({
    method: 'POST',
    url: '/users',
    ...(payload && { payload }),
  });

  expect(answer.statusCode).toBe(400);
  expect(answer.json().errors).toEqual([expect.objectContaining({ in: 'body', field })]);
  expect(bus.sent).toEqual([]);
  expect(hashed).toEqual([]);
});

test('POST /users with Prefer: wait answers 201 with the fact', async () => {
  const { app, bus } = await startGateway();
  const registered = { userId: 'id-ann', username: 'Ann', email: 'ann@example.org' };
  bus.onPublish = ({ envelope }) => bus.fact(envelope, UserRegistered(registered));

  const answer = await app.inject({
    method: 'POST',
    url: '/users',
    headers: { prefer: 'wait=5' },
    payload: ann,
  });

  expect(answer.statusCode).toBe(201);
  expect(answer.headers['location']).toBe('/users/me');
  expect(answer.json()).toMatchObject({
    status: 'done',
    fact: { type: 'user.registered', data: registered },
  });
});

test('more registrations than can be hashed or wait are refused with 503 and Retry-After', async () => {
  let hashNow: () => void = () => {};
  const started = new Promise<void>((resolve) => {
    hashNow = resolve;
  });
  const { app, bus } = await startGateway({
    hashesAtOnce: 1,
    hashesWaiting: 1,
    ports: { hashPassword: () => started.then(() => fakeHash) },
  });
  const register = (username: string) =>
    app.inject({ method: 'POST', url: '/users', payload: { ...ann, username } });

  const answers = [register('ann1'), register('ann2'), register('ann3')];
  const refused = await Promise.race(answers);
  hashNow();
  const statuses = (await Promise.all(answers)).map(({ statusCode }) => statusCode);

  expect(refused.statusCode).toBe(503);
  expect(refused.headers['retry-after']).toBe('1');
  expect(refused.json().type).toBe('/problems/busy');
  expect(statuses.sort()).toEqual([202, 202, 503]);
  expect(bus.sent).toHaveLength(2);
});

test('a hash that fails frees its place', async () => {
  let fails = true;
  const { app } = await startGateway({
    hashesAtOnce: 1,
    hashesWaiting: 0,
    ports: {
      hashPassword: async () => {
        if (fails) throw new Error('no memory');
        return fakeHash;
      },
    },
  });

  const first = await app.inject({ method: 'POST', url: '/users', payload: ann });
  fails = false;
  const second = await app.inject({ method: 'POST', url: '/users', payload: ann });

  expect([first.statusCode, second.statusCode]).toEqual([500, 202]);
});

test('POST /sessions answers 201 with a token that the gateway takes', async () => {
  const { app, bus } = await startGateway();
  bus.answers.set('user.log-in', () => ({ user: profile }));
  bus.answers.set('user.profile', () => ({ user: profile }));

  const session = await app.inject({
    method: 'POST',
    url: '/sessions',
    payload: { username: 'ann', password: canary },
  });
  const { token, ...rest } = session.json();
  const me = await app.inject({
    url: '/users/me',
    headers: { authorization: `Bearer ${token}` },
  });

  expect(session.statusCode).toBe(201);
  expect(rest).toEqual({ tokenType: 'Bearer', expiresInSeconds: 3600, user: profile });
  expect(session.headers['cache-control']).toBe('no-store');
  expect(me.statusCode).toBe(200);
  expect(me.json()).toEqual(profile);
  expect(bus.asked).toEqual([
    { name: 'user.log-in', question: { username: 'ann', password: canary } },
    { name: 'user.profile', question: { userId: 'id-ann' } },
  ]);
});

test('an unknown user and a wrong password get the same answer, byte for byte', async () => {
  const { app, bus } = await startGateway();
  bus.answers.set('user.log-in', () => ({ user: null }));
  const logIn = (username: string) =>
    app.inject({ method: 'POST', url: '/sessions', payload: { username, password: canary } });

  const unknown = await logIn('nobody');
  const wrong = await logIn('Ann');

  expect(unknown.statusCode).toBe(401);
  expect(unknown.headers['www-authenticate']).toBe('Bearer realm="millrace"');
  expect(wrong.body).toBe(unknown.body);
  expect(Object.keys(wrong.headers)).toEqual(Object.keys(unknown.headers));
});

test('GET /users/me is 404 when the user of the token does not exist', async () => {
  const { app, bus, bearer } = await startGateway();
  bus.answers.set('user.profile', () => ({ user: null }));

  const answer = await app.inject({ url: '/users/me', headers: await bearer('ann') });

  expect(answer.statusCode).toBe(404);
  expect(answer.json().type).toBe('/problems/unknown-user');
});
