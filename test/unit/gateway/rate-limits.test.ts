import { expect, test } from 'vitest';
import { startGateway } from './support/gateway.ts';

test('an address that asks too often gets 429 with Retry-After, another one does not', async () => {
  const { app } = await startGateway({ requestsPerMinute: 3 });
  const ask = (remoteAddress: string) => app.inject({ url: '/problems/busy', remoteAddress });

  const answers = [];
  for (let count = 0; count < 4; count++) answers.push(await ask('10.0.0.1'));
  const other = await ask('10.0.0.2');
  const last = answers[3];

  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 429]);
  expect(other.statusCode).toBe(200);
  expect(last?.headers['content-type']).toBe('application/problem+json');
  expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
  expect(last?.json()).toMatchObject({ type: '/problems/rate-limited', status: 429 });
});

test('unknown paths, refused tokens and broken bodies count too', async () => {
  const { app } = await startGateway({ requestsPerMinute: 3 });

  await app.inject('/nothing');
  await app.inject('/users/me');
  await app.inject({ method: 'POST', url: '/users', payload: 'x' });

  expect((await app.inject('/users/me')).statusCode).toBe(429);
  expect((await app.inject('/nothing')).statusCode).toBe(429);
});

test('a header that claims another address is not believed', async () => {
  const { app } = await startGateway({ requestsPerMinute: 1 });
  const ask = (address: string) =>
    app.inject({ url: '/problems/busy', headers: { 'x-forwarded-for': address } });

  await ask('1.1.1.1');

  expect((await ask('2.2.2.2')).statusCode).toBe(429);
});

test('all addresses of one IPv6 network count as one', async () => {
  const { app } = await startGateway({ requestsPerMinute: 1 });

  await app.inject({ url: '/problems/busy', remoteAddress: '2001:db8::1' });
  const neighbour = await app.inject({ url: '/problems/busy', remoteAddress: '2001:db8::2' });

  expect(neighbour.statusCode).toBe(429);
});

test('trying one account too often is refused, in any capitals, and other accounts are not', async () => {
  const { app, bus } = await startGateway({ credentialsPerMinute: 2 });
  bus.answers.set('user.log-in', () => ({ user: null }));
  const logIn = (username: string, remoteAddress = '10.0.0.1') =>
    app.inject({
      method: 'POST',
      url: '/sessions',
      remoteAddress,
      payload: { username, password: 'guess' },
    });

  const tries = [await logIn('ann'), await logIn('ANN'), await logIn('Ann')];
  const elsewhere = await logIn('ann', '10.0.0.2');
  const other = await logIn('bob');

  expect(tries.map(({ statusCode }) => statusCode)).toEqual([401, 401, 429]);
  expect(Number(tries[2]?.headers['retry-after'])).toBeGreaterThan(0);
  expect([elsewhere.statusCode, other.statusCode]).toEqual([401, 401]);
  expect(bus.asked).toHaveLength(4);
});

test('registering the same name too often is refused before anything is hashed', async () => {
  const { app, hashed } = await startGateway({ credentialsPerMinute: 1 });
  const payload = { username: 'ann', password: 'long-enough', email: 'a@example.org' };
  const register = () => app.inject({ method: 'POST', url: '/users', payload });

  const statuses = [(await register()).statusCode, (await register()).statusCode];

  expect(statuses).toEqual([202, 429]);
  expect(hashed).toHaveLength(1);
});
