import { afterEach, beforeEach, expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import type { InboundMessage } from '../../../src/infra/pipeline/delivery.ts';
import { RawProducer } from '../../support/raw-producer.ts';
import { contentsOf } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { brokenEntries, tillServices } from '../../support/till-services.ts';
import { TillWorld } from '../../support/till-world.ts';

let world: TillWorld;
let producer: RawProducer;

beforeEach(async () => {
  brokenEntries.clear();
  world = await TillWorld.open(4);
  await world.start(world.services.till, world.services.board);
  producer = await RawProducer.connect(world.server.url);
});
afterEach(async () => {
  producer.close();
  await world[Symbol.asyncDispose]();
});

/** Entries of foreign producers, who give them no ids. */
const enterPlainly = async (key: string, ...ns: readonly number[]): Promise<void> => {
  for (const n of ns) producer.publish(`till.enter.${key}`, JSON.stringify({ key, n }));
  await producer.flush();
  world.entries.set(key, Math.max(...ns));
};

const letters = (): Promise<InboundMessage[]> =>
  contentsOf(world.bus, world.stream, subjectsOf(world.stream).deadLetters);

const hasLetters = (count: number): Promise<void> =>
  soon(async () => expect(await letters()).toHaveLength(count));

const errorsOf = (found: readonly InboundMessage[]) =>
  found.map(({ header }) => header('millrace-dead-error')).sort();

it('carries what foreign producers sent, without ids, keys or sense', {
  timeout: 90_000,
}, async () => {
  brokenEntries.add('parked-1');
  await enterPlainly('plain', 1, 2, 3);
  await enterPlainly('parked', 1, 2, 3);
  producer.publish('till.enter.nobody', 'no JSON');
  producer.publish('till.enter.wrong', JSON.stringify({ key: 'another', n: 1 }));
  await hasLetters(3);
  await world.expectAllBooked(['parked']);
  await world.drained('till');
  await world.stop('till');
  brokenEntries.clear();
  await enterPlainly('plain', 4, 5);
  producer.publish('till.enter.waits', 'no JSON either');
  producer.publish('till.enter.waits', '{"key":"waits","n":1}', 'ce-id: ok\r\nbad name: x');
  await producer.flush();
  await world.drained('board');
  await world.stop();
  const before = errorsOf(await letters());

  await world.move(7);

  world.services = tillServices(7);
  expect(errorsOf(await letters())).toEqual(before);
  expect((await world.verify()).wrong).toBe(0);
  await world.start(world.services.till, world.services.board);
  await hasLetters(5);
  await world.expectAllBooked(['parked']);
  const parking = (await letters()).find(({ header }) => header('millrace-dead-on-exhausted'));
  expect(parking && (await world.ruler().rule('redriven', parking)).kind).toBe('ruled');
  await world.expectAllBooked();
  await world.drained('till');
  const report = await world.verify();
  expect(report.wrong).toBe(0);
  expect(report.counts).toMatchObject({ dead: 4, redriven: 1, waiting: 0 });
  const names = (await letters()).map(({ header }) => header('millrace-dead-sequence'));
  expect(new Set(names).size).toBe(5);
});
