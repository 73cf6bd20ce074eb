import { describe, expect, it } from 'vitest';
import { placeOf } from '../../../../src/contracts/streams.ts';
import { BusRefused, BusUnavailable, RetryLater } from '../../../../src/infra/pipeline/errors.ts';
import { exponential } from '../../../../src/infra/pipeline/retry-policy.ts';
import {
  failures,
  LooseWorld,
  looseService,
  NotesWrite,
  notesService,
} from '../../../support/loose-service.ts';
import { publish } from '../../../support/running-service.ts';
import { shaky, shakyService } from '../../../support/shaky-service.ts';

const open = async (service = looseService) => {
  shaky.behaviours.clear();
  const world = new LooseWorld();
  await world.start(service);
  return world;
};

/** Fails so often with a pause, then has success. */
const failing = (key: string, times: number, afterMs = 10_000) => {
  let left = times;
  shaky.behaviours.set(key, () => {
    if (left-- > 0) throw new RetryLater(afterMs, 'not yet');
    return undefined;
  });
};

/** More than the ids and the sequences that a record remembers without being asked to. */
const many = Array.from({ length: 150 }, (_, index) => index + 2);

const recordOf = async (world: LooseWorld, key: string) => {
  const { stream } = shakyService;
  const found = await world.bus.states(stream).read(placeOf(stream, key));
  return JSON.parse(found?.record ?? '{}');
};

/** Lets the first event of a key wait, and all the others pass it by. */
const passedBy = async (world: LooseWorld) => {
  await world.ask('k', 1);
  for (const n of many) await world.ask('k', n);
  await world.eventually(async () => expect(await world.done('k')).toHaveLength(many.length));
};

describe('an event of a service without order that is to be tried later', () => {
  it('holds no place meanwhile, however many there are', async () => {
    await using world = await open();
    const keys = Array.from({ length: 40 }, (_, index) => `waits-${index}`);
    for (const key of keys) failing(key, 1);
    for (const key of keys) await world.ask(key);

    await world.ask('free');

    await world.eventually(async () => expect(await world.done('free')).toEqual([1]));
    await world.eventually(async () => expect(await world.waiting()).toHaveLength(keys.length));
    await world.clock.advance(10_000);
    for (const key of keys)
      await world.eventually(async () => expect(await world.done(key)).toEqual([1]));
    expect(await world.waiting()).toHaveLength(0);
  });

  it('has its effect when its time has come, though all around it is settled since', async () => {
    await using world = await open();
    shaky.behaviours.set('k', ({ attempt }, { n }) => {
      if (n === 1 && attempt === 1 && shaky.triesOf('k').filter((one) => one.n === 1).length === 1)
        throw new RetryLater(60_000, 'not yet');
      return undefined;
    });
    shaky.tries.length = 0;
    await passedBy(world);
    // The acknowledged floor is far above it by now.
    expect((await recordOf(world, 'k')).retrying).toEqual([1]);

    await world.clock.advance(60_000);

    await world.eventually(async () => expect(await world.done('k')).toEqual([...many, 1]));
    const record = await recordOf(world, 'k');
    expect(record.state).toEqual({ done: many.length + 1 });
    expect(record.retrying).toBeUndefined();
  });

  it('has its effect once, though a copy of it waits that nobody knows of', async () => {
    await using world = await open();
    failing('k', 1, 5_000);
    let copies = 0;
    // The copy is stored and the answer lost, as if the process had ended then.
    world.bus.onSchedule = (schedule) => async (retry) => {
      copies++;
      await schedule({ ...retry, afterMs: retry.afterMs + 60_000 });
      throw new BusUnavailable('no answer');
    };
    await world.ask('k', 1);
    await world.eventually(() => expect(copies).toBe(1));
    await world.clock.advance(5_000);
    await world.eventually(async () => expect(await world.done('k')).toEqual([1]));
    for (const n of many) await world.ask('k', n);
    await world.eventually(async () => expect(await world.done('k')).toHaveLength(many.length + 1));
    expect(await world.waiting()).toHaveLength(1);

    await world.clock.advance(60_000);

    expect(await world.waiting()).toHaveLength(0);
    expect(await world.done('k')).toEqual([1, ...many]);
  });

  it('is not waited for any more when its id was applied under another sequence', async () => {
    await using world = await open();
    failing('k', 1, 120_000);
    await world.ask('k', 1, 'same');
    await world.eventually(async () => expect(await world.waiting()).toHaveLength(1));
    await world.clock.advance(61_000);
    await world.ask('k', 1, 'same');
    await world.eventually(async () => expect(await world.done('k')).toEqual([1]));

    await world.clock.advance(60_000);

    await world.eventually(async () =>
      expect((await recordOf(world, 'k')).retrying).toBeUndefined(),
    );
    expect(await world.done('k')).toEqual([1]);
  });

  it('keeps the count of its attempts, and dies with its whole history', async () => {
    const retry = exponential({ maxAttempts: 4, firstMs: 4_000, maxMs: 4_000 });
    await using world = await open({ ...looseService, retry });
    shaky.tries.length = 0;
    shaky.behaviours.set('dies', () => {
      throw new Error('no luck');
    });
    await world.ask('before');
    const { sequence } = await world.ask('dies', 7);
    const storedAt = new Date(world.clock.now()).toISOString();

    for (let round = 0; round < 3; round++) await world.clock.advance(4_000);

    const [letter] = await world.eventually(async () => {
      const letters = await world.deadLetters();
      expect(letters).toHaveLength(1);
      return letters;
    });
    expect(shaky.triesOf('dies').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    const note = (name: string) => letter?.header(`millrace-dead-${name}`);
    expect(note('reason')).toBe('exhausted');
    expect(note('attempts')).toBe('4');
    expect(note('deliveries')).toBe('4');
    expect(note('stream')).toBe('SHAKY');
    expect(note('sequence')).toBe(String(sequence));
    expect(note('subject')).toMatch(/^in\.shaky\.\d+\.do$/);
    expect(note('stored-at')).toBe(storedAt);
    expect(letter?.header('ce-id')).toBe('dies-7');
    expect(Object.keys(letter?.allHeaders() ?? {}).filter((name) => /retry/.test(name))).toEqual(
      [],
    );
  });

  it('grows old from the time at which it was published', async () => {
    const [route] = looseService.routes;
    if (!route) throw new Error('no route');
    await using world = await open({ ...looseService, routes: [{ ...route, maxAgeMs: 15_000 }] });
    failing('old', 9, 10_000);

    await world.ask('old');
    await world.clock.advance(10_000);
    await world.clock.advance(10_000);

    await world.eventually(async () => {
      const [letter] = await world.deadLetters();
      expect(letter?.header('millrace-dead-reason')).toBe('expired');
    });
  });

  it('waits in its lane for a short while, or when it cannot wait outside', async () => {
    await using world = await open();
    failing('short', 1, 900);
    failing('large', 1, 2_000);
    failing('refused', 1, 2_000);
    await world.ask('short');
    const body = `{"key":"large","n":1}${' '.repeat(523_000)}`;
    const subject = 'shaky.do.large';
    await world.bus.publisher.publishRaw({ subject, headers: {}, body }, 'large');
    await world.clock.advance(100);
    world.bus.onSchedule = () => async () => {
      throw new BusRefused('it is full', false);
    };
    await world.ask('refused');
    await world.clock.advance(100);
    expect(await world.waiting()).toHaveLength(0);

    await world.clock.advance(2_000);

    for (const key of ['short', 'large', 'refused'])
      await world.eventually(async () => expect(await world.done(key)).toEqual([1]));
  });

  it('is no event of a service that keeps an order', async () => {
    await using world = await open(shakyService);
    failing('k', 1, 5_000);

    await world.ask('k', 1);
    await world.ask('k', 2);
    await world.clock.advance(4_000);

    expect(await world.done('k')).toEqual([]);
    await world.clock.advance(2_000);
    await world.eventually(async () => expect(await world.done('k')).toEqual([1, 2]));
  });
});

describe('a service without order or state', () => {
  it('reacts once to a fact whose reaction failed at first', async () => {
    await using world = await open();
    await world.start(notesService);
    failures.set(5, () => {
      throw new RetryLater(20_000, 'not yet');
    });

    await world.ask('k', 5);
    await world.ask('k', 6);
    const { stream } = notesService;
    await world.eventually(async () => expect(await world.done('k', stream)).toEqual([6]));
    expect(await world.waiting(notesService)).toHaveLength(1);
    await world.clock.advance(20_000);

    await world.eventually(async () => expect(await world.done('k', stream)).toEqual([6, 5]));
    expect(await world.waiting(notesService)).toHaveLength(0);
  });

  it('recognises a repeat within the duplicate window and beyond it', async () => {
    await using world = await open();
    await world.start(notesService);
    const { stream } = notesService;
    const write = () => publish(world.bus, NotesWrite({ key: 'k', n: 1 }), 'same');

    await write();
    await world.eventually(async () => expect(await world.done('k', stream)).toEqual([1]));
    expect(await write()).toMatchObject({ duplicate: true });
    await world.clock.advance(61_000);
    expect(await write()).toMatchObject({ duplicate: false });
    await publish(world.bus, NotesWrite({ key: 'k', n: 2 }), 'other');

    await world.eventually(async () => expect(await world.done('k', stream)).toEqual([1, 2]));
  });
});
