import { setTimeout as sleep } from 'node:timers/promises';
import { type Scenario, scenario } from '../scenario.ts';
import { mirrorStream } from '../service/mirror.ts';
import { Fleet } from '../world/fleet.ts';
import { programs } from '../world/programs.ts';
import { readStream } from '../world/raw-stream.ts';
import type { World } from '../world/world.ts';

/** How long after the last fault everything must be reflected. */
const settleWithinMs = 60_000;

/** A fault that strikes workers of another service, which react to the ledger's facts. */
const reactions = (
  definition: Pick<Scenario, 'name' | 'says'> & {
    readonly isLinked?: boolean;
    readonly strikeMirrors: (world: World, mirrors: Fleet) => Promise<void>;
  },
): Scenario =>
  scenario({
    name: definition.name,
    says: definition.says,
    target: 'workers',
    strike: async (world) => {
      const mirrors = world.use(fleetOf(world, definition.isLinked ?? false));
      await mirrors.start(3);
      await definition.strikeMirrors(world, mirrors);
    },
    afterwards: (world) => judgeMirror(world),
  });

const fleetOf = ({ folder, broker, random }: World, isLinked: boolean): Fleet =>
  new Fleet({
    program: programs.mirror,
    environment: { STREAM_REPLICAS: String(broker.replicas) },
    name: 'mirror',
    folder,
    urls: broker.urls,
    isLinked,
    random,
  });

interface Mirrored {
  readonly key: string;
  readonly state: { readonly count: number; readonly runs: readonly (readonly number[])[] };
}

/** Each key's facts must have been reflected once, all of them, in the order of the ledger's list. */
const judgeMirror = async (world: World): Promise<string[]> => {
  const expected = await countFacts(world);
  for (const until = performance.now() + settleWithinMs; ; await sleep(500)) {
    const mirrored = await world.insist(() => readMirror(world));
    const wrong = [...expected].flatMap(([key, count]) => judgeKey(key, count, mirrored.get(key)));
    if (wrong.length === 0 || performance.now() > until) return wrong;
  }
};

const judgeKey = (key: string, count: number, state: Mirrored['state'] | undefined): string[] => {
  const runs = JSON.stringify(state?.runs ?? []);
  return runs === JSON.stringify([[1, count]])
    ? []
    : [`${key}: the reactions saw ${runs} of its ${count} facts, which were to be seen in order`];
};

const countFacts = async ({ admin, subject }: World): Promise<Map<string, number>> => {
  const counts = new Map<string, number>();
  await readStream(admin, subject.stream, (message) => {
    if (!message.subject.startsWith('fact.')) return;
    const { key } = JSON.parse(message.body());
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  return counts;
};

const readMirror = async ({ admin }: World): Promise<Map<string, Mirrored['state']>> => {
  const states = new Map<string, Mirrored['state']>();
  await readStream(admin, mirrorStream.name, (message) => {
    if (!message.subject.startsWith('state.')) return;
    const { key, state }: Mirrored = JSON.parse(message.body());
    states.set(key, state);
  });
  return states;
};

const killInTurn = async ({ load, note }: World, mirrors: Fleet): Promise<void> => {
  for (const part of [0.2, 0.45, 0.7]) {
    await load.share(part);
    const victim = mirrors.pick();
    note(`kill -9 ${victim.name}`);
    await victim.end('SIGKILL');
    await mirrors.start();
  }
};

export const killWorker = reactions({
  name: 'reactions-kill-worker',
  says: 'another service reacts to the facts: one of its three workers is killed (-9), three times',
  strikeMirrors: killInTurn,
});

export const zombie = reactions({
  name: 'reactions-zombie',
  says: 'another service reacts to the facts: one of its workers stands still (SIGSTOP) for 8 s',
  strikeMirrors: async ({ load, note }, mirrors) => {
    await load.share(0.2);
    const sleeper = mirrors.pick();
    note(`SIGSTOP ${sleeper.name}`);
    sleeper.signal('SIGSTOP');
    await sleep(8_000);
    sleeper.signal('SIGCONT');
  },
});

export const slowLinks = reactions({
  name: 'reactions-slow-links',
  says: 'another service reacts to the facts over links of 100 ms each way: its workers are killed (-9)',
  isLinked: true,
  strikeMirrors: async (world, mirrors) => {
    const slow = (): void => {
      for (const { link } of mirrors.running) link?.set({ delayMs: 100 });
    };
    slow();
    for (const part of [0.3, 0.65]) {
      await world.load.share(part);
      const victim = mirrors.pick();
      world.note(`kill -9 ${victim.name}`);
      await victim.end('SIGKILL');
      await mirrors.start();
      slow();
    }
  },
});
