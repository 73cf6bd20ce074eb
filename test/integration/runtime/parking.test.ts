import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { subjectsOf } from '../../../src/contracts/streams.ts';
import { RetryLater } from '../../../src/infra/pipeline/errors.ts';
import { accountOf } from '../../support/account-of.ts';
import type { NatsServer } from '../../support/nats-server.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import {
  ask,
  factsOf,
  lettersOf,
  newRuler,
  parkingService,
  recordOf,
} from '../../support/parking-service.ts';
import { contentsOf, type ServiceUnderTest, startOnServer } from '../../support/running-service.ts';
import { shaky } from '../../support/shaky-service.ts';
import { soon } from '../../support/soon.ts';

let server: NatsServer;
let service: ServiceUnderTest;

beforeAll(async () => {
  server = await startNatsServer();
  service = await startOnServer(parkingService, server);
});

afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await server.stop();
});

/** Lets the named events of a key fail until they are mended. */
const breakEvents = (key: string, ...ns: readonly number[]) => {
  const broken = new Set(ns);
  shaky.behaviours.set(key, (_context, { n }) => {
    if (broken.has(n)) throw new Error(`no luck with ${n}`);
    return undefined;
  });
  return { mend: (n: number) => void broken.delete(n) };
};

const waiting = (key: string, count: number) =>
  soon(async () => {
    expect((await recordOf(service.bus, key)).parked).toMatchObject({ waiting: count });
  });

const firstLetter = async (key: string) => {
  const [letter] = await lettersOf(service.bus, key);
  if (!letter) throw new Error('there is no dead letter');
  return letter;
};

const onceFreed = (key: string) =>
  soon(async () => expect(await recordOf(service.bus, key)).not.toHaveProperty('parked'));

describe('a key that is parked', () => {
  it('waits in order, and goes on in order when its dead letter is redriven', async () => {
    const events = breakEvents('a', 2);
    await ask(service.bus, 'a', [1, 2, 3, 4, 5]);
    await waiting('a', 3);
    expect(await factsOf(service.bus, 'a')).toEqual([1]);

    events.mend(2);
    const letter = await firstLetter('a');
    expect(await newRuler(service.bus).rule('redriven', letter)).toEqual({
      kind: 'ruled',
      newId: 'a-2.redrive.1',
    });
    await ask(service.bus, 'a', [6, 7]);

    await soon(async () => expect(await factsOf(service.bus, 'a')).toEqual([1, 2, 3, 4, 5, 6, 7]));
    await onceFreed('a');
    expect((await recordOf(service.bus, 'a')).state).toEqual({ done: 7 });
    const copies = subjectsOf(parkingService.stream).parked;
    await soon(async () =>
      expect(await contentsOf(service.bus, parkingService.stream, copies)).toEqual([]),
    );
  });

  it('goes on without the dead event when that is discarded', async () => {
    breakEvents('b', 1);
    await ask(service.bus, 'b', [1, 2, 3]);
    await waiting('b', 2);

    await newRuler(service.bus).rule('discarded', await firstLetter('b'));

    await soon(async () => expect(await factsOf(service.bus, 'b')).toEqual([2, 3]));
    await onceFreed('b');
  });

  it('goes on when nothing waits behind its dead letter', async () => {
    breakEvents('c', 1);
    await ask(service.bus, 'c', [1]);
    await waiting('c', 0);

    await newRuler(service.bus).rule('discarded', await firstLetter('c'));
    await onceFreed('c');

    await ask(service.bus, 'c', [2]);
    await soon(async () => expect(await factsOf(service.bus, 'c')).toEqual([2]));
  });

  it('waits behind the next one that dies, the redriven one again among them', async () => {
    const events = breakEvents('d', 1, 3);
    await ask(service.bus, 'd', [1, 2, 3, 4]);
    await waiting('d', 3);

    await newRuler(service.bus).rule('redriven', await firstLetter('d'));
    const again = await soon(async () => {
      const letters = await lettersOf(service.bus, 'd');
      expect(letters).toHaveLength(2);
      return letters[1];
    });
    expect(again?.header('millrace-dead-id')).toBe('d-1.redrive.1');
    expect(again?.header('millrace-redrive-count')).toBe('1');
    await waiting('d', 3);

    events.mend(1);
    if (again) await newRuler(service.bus).rule('redriven', again);
    await soon(async () => expect(await factsOf(service.bus, 'd')).toEqual([1, 2]));
    await waiting('d', 1);
    expect((await recordOf(service.bus, 'd')).parked).toMatchObject({ letter: 'd-3' });

    events.mend(3);
    const [, , third] = await lettersOf(service.bus, 'd');
    if (third) await newRuler(service.bus).rule('redriven', third);
    await soon(async () => expect(await factsOf(service.bus, 'd')).toEqual([1, 2, 3, 4]));
    await onceFreed('d');
  });

  it('tries an event again by its route while it is resumed', async () => {
    breakEvents('e', 1);
    await ask(service.bus, 'e', [1, 2, 3]);
    await waiting('e', 2);
    let tries = 0;
    shaky.behaviours.set('e', (_context, { n }) => {
      if (n === 1 && tries++ === 0) throw new RetryLater(20, 'not yet');
      if (n === 2 && tries++ < 3) throw new Error('not yet');
      return undefined;
    });

    await newRuler(service.bus).rule('redriven', await firstLetter('e'));

    await soon(async () => expect(await factsOf(service.bus, 'e')).toEqual([1, 2, 3]));
    expect(await lettersOf(service.bus, 'e')).toHaveLength(1);
  });

  it('is redriven once, whoever asks at the same time', async () => {
    const events = breakEvents('f', 1);
    await ask(service.bus, 'f', [1, 2]);
    await waiting('f', 1);
    events.mend(1);
    const letter = await firstLetter('f');

    const results = await Promise.all(
      ['anna', 'bert', 'carla'].map((by) => newRuler(service.bus, by).rule('redriven', letter)),
    );

    expect(results.map(({ kind }) => kind).sort()).toEqual([
      'ruled',
      'ruled-before',
      'ruled-before',
    ]);
    await onceFreed('f');
    expect(await factsOf(service.bus, 'f')).toEqual([1, 2]);
  });

  it('is accounted for, whatever became of it', async () => {
    await ask(service.bus, 'g', [1, 2]);
    breakEvents('g', 3);
    await ask(service.bus, 'g', [3, 4]);
    await waiting('g', 1);

    await soon(async () => {
      const { counts, wrong } = await accountOf(service.bus, parkingService);
      expect({ wrong, ...counts }).toMatchObject({
        wrong: 0,
        waiting: 0,
        unproven: 0,
        parked: 1,
        dead: 1,
      });
    });
  });
});
