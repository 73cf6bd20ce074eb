import { randomBytes } from 'node:crypto';
import { placeOf } from '../../../src/contracts/streams.ts';
import { scenario } from '../scenario.ts';
import { LedgerWrite, ledgerStream } from '../service/contract.ts';
import { discardLetters } from '../world/discard-letters.ts';
import { forEver, messageOf } from '../world/load.ts';
import { isSettled } from '../world/raw-stream.ts';
import type { World } from '../world/world.ts';
import { oneIn } from './acts.ts';

/** How long a key may stand still that is not concerned: what the first claim of a partition takes, too. */
const othersMs = 2_000;

const untilTheEnd = ({ load }: World): Promise<void> => load.share(1);

export const throwingHandlers = scenario({
  name: 'throwing-handlers',
  says: 'one handler in thirty throws, once to three times, before it succeeds',
  target: 'handlers',
  load: oneIn(
    30,
    { kind: 'fail', times: 1 },
    { kind: 'fail', times: 2 },
    { kind: 'fail', times: 3 },
  ),
  strike: untilTheEnd,
});

export const poisonedKeys = scenario({
  name: 'poisoned-keys',
  says: 'events that can only fail become dead letters, and nobody else waits for them',
  target: 'handlers',
  load: { keys: 200, ...oneIn(60, { kind: 'refuse' }, { kind: 'fail', times: forEver }) },
  longestStallMs: othersMs,
  strike: untilTheEnd,
});

export const hangingHandlers = scenario({
  name: 'hanging-handlers',
  says: 'handlers never return: some once, some whatever is tried; the time limit ends them',
  target: 'handlers',
  environment: { HANDLER_TIMEOUT_MS: '1000' },
  load: {
    keys: 200,
    ...oneIn(150, { kind: 'hang', times: 1 }, { kind: 'hang', times: forEver }),
  },
  longestStallMs: othersMs,
  strike: untilTheEnd,
});

export const blockedLoop = scenario({
  name: 'blocked-event-loop',
  says: 'handlers keep the event loop of their process busy for four seconds, again and again',
  target: 'handlers',
  load: oneIn(700, { kind: 'block', ms: 4_000 }),
  strike: untilTheEnd,
});

export const dyingHandlers = scenario({
  name: 'dying-handlers',
  says: 'handlers kill their own process (-9), once each; an orchestrator starts it again',
  target: 'handlers',
  load: oneIn(700, { kind: 'die', times: 1 }),
  strike: async (world) => {
    world.workers.supervise();
    await untilTheEnd(world);
  },
});

export const killerEvent = scenario({
  name: 'killer-event',
  says: 'one event kills every process that handles it, until it is a dead letter',
  target: 'handlers',
  load: {
    events: 4_000,
    perSecond: 150,
    act: (index) => (index === 600 ? { kind: 'die', times: forEver } : undefined),
  },
  strike: async (world) => {
    world.workers.supervise();
    await untilTheEnd(world);
  },
});

export const brokenEvents = scenario({
  name: 'broken-events',
  says: 'bad JSON, wrong data, wrong keys and huge events come among the good ones',
  target: 'handlers',
  longestStallMs: othersMs,
  strike: async (world) => {
    for (let index = 0; index < 120; index++) {
      await world.load.share((index / 120) * 0.9);
      await publishBroken(world, index);
    }
  },
});

const huge = 600_000;

/** The bodies of events that nobody can handle; the last one is more than a stream takes. */
const brokenBodies = (key: string, elsewhere: string): readonly string[] => [
  '{"key":',
  `\u0000${randomBytes(40).toString('latin1')}`,
  JSON.stringify({ key, n: 'not a number' }),
  JSON.stringify({ n: 1 }),
  JSON.stringify({ key: elsewhere, n: 1 }),
  '[]',
  'x'.repeat(400_000),
  'x'.repeat(huge),
];

const publishBroken = async ({ load, producer, random }: World, index: number): Promise<void> => {
  const { history } = load;
  const key = random.pick(history.keys);
  const id = `broken-${index}`;
  const { partition } = placeOf(ledgerStream, key);
  const others = history.keys.filter(
    (other) => placeOf(ledgerStream, other).partition !== partition,
  );
  const bodies = brokenBodies(key, random.pick(others));
  const body = bodies[index % bodies.length] ?? '';
  const good = messageOf(LedgerWrite({ key, n: 1 }), id);
  try {
    const { sequence } = await producer.publisher.publishRaw({ ...good, body }, id, 60_000);
    history.settleStray(id, sequence);
  } catch (error) {
    if (body.length < huge) throw error;
    history.settleStray(id, 'refused');
  }
};

export const parkedKeys = scenario({
  name: 'parked-keys',
  says: 'keys wait behind their dead letters, which are discarded one after the other while workers are killed (-9)',
  target: 'handlers',
  environment: { LEDGER_ON_EXHAUSTED: 'park' },
  load: { events: 2_000, ...oneIn(40, { kind: 'refuse' }) },
  strike: async (world) => {
    const { workers, note } = world;
    await untilTheEnd(world);
    // What waited behind a letter may die in its turn: that is the next letter.
    for (;;) {
      const victim = workers.pick();
      const ruled = await discardSettled(world);
      if (ruled === 0) break;
      note(`${ruled} dead letters are discarded; kill -9 ${victim.name}`);
      await victim.end('SIGKILL');
      await workers.start();
    }
  },
  afterwards: async (_, { parked }) =>
    parked === 0 ? [] : [`${parked} events still wait, and there is no dead letter any more`],
});

const discardSettled = async (world: World): Promise<number> => {
  const { admin, subject, insist } = world;
  await insist(async () => {
    if (!(await isSettled(admin, subject))) throw new Error('not settled');
  });
  return discardLetters(world);
};
