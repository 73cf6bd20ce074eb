import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { UserLogIn } from '../../../src/contracts/user/queries.ts';
import { userStream } from '../../../src/contracts/user/stream.ts';
import { UserRegister } from '../../../src/contracts/user/user-register.ts';
import { hashPassword } from '../../../src/infra/passwords/password-hash.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import { RawProducer } from '../../support/raw-producer.ts';
import { contentsOf, publish, textOf } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { WorkerProcess } from '../../support/worker-process.ts';
import { openBus } from '../../support/world-on-nats.ts';

/** Everything that the stream still gives out, message by message, headers and bodies. */
const wholeStream = async (url: string): Promise<string> => {
  const connection = await connect({ servers: url });
  const manager = await connection.jetstreamManager();
  const { state } = await manager.streams.info(userStream.name);
  const messages: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const found = await manager.streams.getMessage(userStream.name, { seq }).catch(() => undefined);
    if (found) messages.push(`${found.subject} ${found.header} ${found.string()}`);
  }
  await connection.close();
  return messages.join('\n');
};

const filesBelow = async (folder: string): Promise<string> => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const contents = files.map((file) => readFile(join(file.parentPath, file.name), 'latin1'));
  return (await Promise.all(contents)).join('\n');
};

it('lets no plain password rest in the stream, its files, a dead letter, the log or the metrics', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-secrets-'));
  // The first to be made is the last to go: by then the server writes to it no more.
  await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
  await using server = await startNatsServer({
    extraConfig: `jetstream { store_dir: ${JSON.stringify(folder)} }`,
  });
  await using worker = new WorkerProcess('user', { NATS_URL: server.url, LOG_LEVEL: 'trace' });
  const { healthUrl } = await soon(() => ({ healthUrl: worker.healthUrl }));
  await using bus = await openBus(server);
  const producer = await RawProducer.connect(server.url);
  const canary = `canary-${randomUUID()}`;
  const asked = { username: 'ada', password: canary, email: 'ada@example.org' };
  const body = JSON.stringify(asked);
  const structured = { specversion: '1.0', id: 's', type: 'user.register', data: asked };

  const forms: readonly (readonly [string, string?])[] = [
    [body],
    [body.slice(0, -1)],
    [JSON.stringify({ ...asked, username: '?' })],
    [JSON.stringify({ ...asked, password: [canary] })],
    [JSON.stringify({ ...asked, password: `$argon2id$v=19$m=8,t=1,p=1$${canary}` })],
    [body, 'ce-dataversion: 9'],
    [body, 'ce-type: user.registered'],
    [body, 'ce-time: never'],
    [body, 'bad header : x'],
    [JSON.stringify(structured), 'content-type: application/cloudevents+json'],
  ];
  for (const [text, headers] of forms) producer.publish('user.register.ada', text, headers);
  const password = await hashPassword(canary);
  const good = UserRegister({ username: 'grace', password, email: 'grace@example.org' });
  await publish(bus, good, 'good');

  const letters = await soon(async () => {
    const { deadLetters } = subjectsOf(userStream);
    const found = await contentsOf(bus, userStream, deadLetters);
    expect(found).toHaveLength(forms.length);
    return found;
  });
  for (const letter of letters) {
    expect(textOf(letter)).toBe('');
    expect(JSON.stringify(letter.allHeaders())).not.toContain(canary);
  }
  await soon(async () => {
    expect(await wholeStream(server.url)).not.toContain(canary);
    const files = await filesBelow(folder);
    expect(files).toContain('grace@example.org');
    expect(files).not.toContain(canary);
  });
  const reasons = letters.map((letter) => letter.header('millrace-dead-reason'));
  expect(new Set(reasons)).toEqual(
    new Set(['undecodable', 'invalid-data', 'unsupported-version', 'invalid-envelope']),
  );

  // Registered by its hash, the same password logs in.
  const credentials = { username: 'grace', password: canary };
  const { user } = await soon(() => bus.queries.ask(UserLogIn, credentials));
  expect(user?.userId).toBe('grace');
  expect(await (await fetch(`${healthUrl}/metrics`)).text()).not.toContain(canary);
  expect(await (await fetch(`${healthUrl}/readyz`)).text()).toBe('ready\n');
  expect(worker.log).not.toContain(canary);
  expect(worker.errors).toBe('');
  expect(worker.lines().filter(({ msg }) => msg === 'dead letter')).toHaveLength(forms.length);
  producer.close();
}, 60_000);
