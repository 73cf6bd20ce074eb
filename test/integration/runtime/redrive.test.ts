import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Ruler } from '../../../src/cli/dead-letters/ruler.ts';
import { keyToken, partitionOf } from '../../../src/contracts/key-token.ts';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { encodeEvent } from '../../../src/infra/pipeline/encode.ts';
import { systemClock } from '../../../src/infra/runtime/system-clock.ts';
import { accountOf } from '../../support/account-of.ts';
import { broken, EchoSay, EchoStale, echoService, SourceSaid } from '../../support/echo-service.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import {
  contentsOf,
  publish,
  type ServiceUnderTest,
  startOnServer,
  textOf,
} from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';

const { stream } = echoService;
let server: NatsServer;
let service: ServiceUnderTest;

beforeAll(async () => {
  server = await startNatsServer();
  service = await startOnServer(echoService, server);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await server.stop();
});

const ofKey = async (filter: string, key: string) =>
  (await contentsOf(service.bus, stream, filter)).filter((message) => {
    return message.header('millrace-dead-key') === key || textOf(message).includes(`"${key}"`);
  });

const saidOf = async (key: string): Promise<number[]> =>
  (await ofKey(subjectsOf(stream).facts, key)).map((message) => JSON.parse(textOf(message)).n);

const onlyLetterOf = (key: string) =>
  soon(async () => {
    const [letter, ...more] = await ofKey(subjectsOf(stream).deadLetters, key);
    expect(more).toEqual([]);
    if (!letter) throw new Error('there is no dead letter');
    return letter;
  });

const contracts = [...echoService.routes, ...echoService.reactions].map((route) => route.contract);
const redrive = async (key: string) => {
  const options = { bus: service.bus, stream, contracts, clock: systemClock, by: 'anna' };
  return new Ruler(options).rule('redriven', await onlyLetterOf(key));
};

it('publishes a request event again, which comes after what has happened meanwhile', async () => {
  broken.add(1);
  await publish(service.bus, EchoSay({ key: 'a', n: 1, text: '' }), 'a-1');
  await publish(service.bus, EchoSay({ key: 'a', n: 2, text: '' }), 'a-2');
  await onlyLetterOf('a');
  await soon(async () => expect(await saidOf('a')).toEqual([2]));
  broken.delete(1);

  expect(await redrive('a')).toEqual({ kind: 'ruled', newId: 'a-1.redrive.1' });

  await soon(async () => expect(await saidOf('a')).toEqual([2, 1]));
  const last = (await ofKey(subjectsOf(stream).facts, 'a')).at(-1);
  expect(last?.header('ce-causationid')).toBe('a-1.redrive.1');
  expect(last?.header('ce-correlationid')).toBe('a-1');
});

it('reacts to a fact again, and asks for the same as it did before', async () => {
  broken.add(10);
  const said = SourceSaid({ key: 'b', n: 10, text: '' });
  const { type, version } = said.contract;
  const time = '2026-03-01T10:00:00Z';
  const message = encodeEvent(said, {
    id: 'said-10',
    type,
    version,
    source: '/test',
    time,
    correlationId: 'said-10',
  });
  await service.bus.commits(said.contract.stream).commit({ messages: [message] });
  await onlyLetterOf('b');
  broken.delete(10);

  expect(await redrive('b')).toEqual({ kind: 'ruled', newId: undefined });

  await soon(async () => expect(await saidOf('b')).toEqual([11]));
  const asked = await ofKey(subjectsOf(stream).requests, 'b');
  expect(asked.map((request) => request.header('ce-id'))).toContain('said-10.say.b');
  const facts = subjectsOf(said.contract.stream).facts;
  expect(await contentsOf(service.bus, said.contract.stream, facts)).toHaveLength(1);
  // What brought the order is nobody's key: it leaves no state behind.
  const states = await ofKey(subjectsOf(stream).states, 'b');
  expect(states).toHaveLength(1);
});

it('finds the right place of an event that was published under a wrong key', async () => {
  const body = JSON.stringify({ key: 'c', n: 20 });
  const partition = (key: string) => partitionOf(keyToken(key), stream.partitions);
  const token = ['x1', 'x2', 'x3', 'x4', 'x5'].find((one) => partition(one) !== partition('c'));
  await service.bus.publisher.publishRaw(
    { subject: `echo.say.${token}`, headers: { 'ce-id': 'c-20' }, body },
    'c-20',
  );
  expect((await onlyLetterOf('c')).header('millrace-dead-reason')).toBe('wrong-key');

  await redrive('c');

  await soon(async () => expect(await saidOf('c')).toEqual([20]));
});

it('gets the body from where the event lay, when the letter had no room for it', async () => {
  broken.add(30);
  const text = 'x'.repeat(523_600);
  await publish(service.bus, EchoSay({ key: 'd', n: 30, text }), 'd-30');
  const letter = await onlyLetterOf('d');
  expect(letter.header('millrace-dead-body')).toBe('left in the stream');
  broken.delete(30);

  await redrive('d');

  await soon(async () => expect(await saidOf('d')).toEqual([30]));
});

it('lets an event die unhandled that is older than its route allows', async () => {
  await service.running.stop();
  await publish(service.bus, EchoStale({ key: 'e', n: 40, text: '' }), 'e-40');
  await sleep(20);
  const before = service;
  service = await startOnServer(echoService, server);
  await before.bus[Symbol.asyncDispose]();

  const letter = await onlyLetterOf('e');

  expect(letter.header('millrace-dead-reason')).toBe('expired');
  expect(await saidOf('e')).toEqual([]);
});

it('leaves every request event accounted for', async () => {
  await soon(async () => {
    const { wrong, counts } = await accountOf(service.bus, echoService);
    expect({ wrong, ...counts }).toMatchObject({ wrong: 0, waiting: 0, unproven: 0 });
  });
});
