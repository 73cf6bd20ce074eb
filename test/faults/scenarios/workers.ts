import { setTimeout as sleep } from 'node:timers/promises';
import { scenario } from '../scenario.ts';
import type { LoadPlan } from '../world/load.ts';
import type { Worker } from '../world/worker.ts';
import type { World } from '../world/world.ts';

/** The bounds that are promised: a takeover after a crash, and a hand-over. */
const takeoverMs = 10_000;
const handOverMs = 1_000;

const kill = async ({ note }: World, ...victims: readonly Worker[]): Promise<void> => {
  note(`kill -9 ${victims.map(({ name }) => name).join(', ')}`);
  await Promise.all(victims.map((victim) => victim.end('SIGKILL')));
};

export const killWorker = scenario({
  name: 'kill-worker',
  says: 'one of three workers is killed (-9) and replaced, three times',
  target: 'workers',
  load: { events: 5_000 },
  longestStallMs: takeoverMs,
  strike: async (world) => {
    // Far enough from one another that none strikes in the middle of a takeover.
    for (const part of [0.05, 0.4, 0.75]) {
      await world.load.share(part);
      await kill(world, world.workers.pick());
      await world.workers.start();
    }
  },
});

export const killAllWorkers = scenario({
  name: 'kill-all-workers',
  says: 'every worker is killed (-9) at once, and new ones start',
  target: 'workers',
  longestStallMs: takeoverMs + 2_000,
  strike: async (world) => {
    for (const part of [0.3, 0.6]) {
      await world.load.share(part);
      await kill(world, ...world.workers.running);
      await world.workers.start(3);
    }
  },
});

export const killDuringDrain = scenario({
  name: 'kill-during-drain',
  says: 'a worker is told to stop (SIGTERM) and killed (-9) while it drains, three times',
  target: 'workers',
  longestStallMs: takeoverMs,
  // Slow handlers make sure that a drain takes its time.
  load: { act: (index) => (index % 5 === 0 ? { kind: 'slow', ms: 400 } : undefined) },
  strike: async (world) => {
    const { load, workers, note, random } = world;
    for (const part of [0.2, 0.4, 0.6]) {
      await load.share(part);
      const victim = workers.pick();
      note(`SIGTERM ${victim.name}`);
      victim.signal('SIGTERM');
      await sleep(random.between(5, 300));
      await kill(world, victim);
      await workers.start();
    }
  },
});

export const rollingRestart = scenario({
  name: 'rolling-restart',
  says: 'every worker is replaced, one after the other, by SIGTERM: no event waits for a lease',
  target: 'workers',
  longestStallMs: handOverMs,
  strike: async ({ load, workers, note }) => {
    await load.share(0.15);
    for (const leaver of workers.running) {
      await workers.start();
      note(`SIGTERM ${leaver.name}`);
      await leaver.end('SIGTERM');
    }
  },
  afterwards: async ({ workers }) =>
    workers.all
      .filter(({ ending }) => ending !== null && ending !== 0)
      .map(({ name, ending }) => `${name} ended with ${ending}`),
});

/** Stops some workers' processes for a time, so that they wake up as zombies. */
const zombie = (
  name: string,
  { ms, count = 1 }: { readonly ms: number; readonly count?: number },
  load: Pick<LoadPlan, 'events' | 'perSecond'>,
) =>
  scenario({
    name,
    says: `${count === 1 ? 'a worker stands' : 'two of three workers stand'} still (SIGSTOP) for ${ms / 1000} s and ${count === 1 ? 'goes' : 'go'} on as if nothing had been`,
    target: 'workers',
    load: { keys: 80, ...load },
    longestStallMs: takeoverMs,
    strike: async ({ load, workers, note, random }) => {
      await load.share(0.15);
      const from = random.between(0, 2);
      const sleepers = [...workers.running, ...workers.running].slice(from, from + count);
      for (const sleeper of sleepers) {
        note(`SIGSTOP ${sleeper.name}`);
        sleeper.signal('SIGSTOP');
      }
      await sleep(ms);
      for (const sleeper of sleepers) {
        note(`SIGCONT ${sleeper.name}`);
        sleeper.signal('SIGCONT');
      }
      await load.share(0.9);
    },
  });

export const zombies = [
  zombie('zombie-1s', { ms: 1_000 }, { events: 2_000, perSecond: 250 }),
  zombie('zombie-8s', { ms: 8_000 }, { events: 3_000, perSecond: 250 }),
  zombie('zombie-30s', { ms: 30_000 }, { events: 4_000, perSecond: 100 }),
  zombie('zombies-30s', { ms: 30_000, count: 2 }, { events: 4_000, perSecond: 100 }),
];

export const allZombies = scenario({
  name: 'all-zombies',
  says: 'every worker stands still (SIGSTOP) for a while, in turn and overlapping',
  target: 'workers',
  load: { events: 4_000 },
  strike: async ({ load, workers, note, random }) => {
    await load.share(0.15);
    const standStill = workers.running.map(async (worker, index) => {
      await sleep(index * 3_000);
      note(`SIGSTOP ${worker.name}`);
      worker.signal('SIGSTOP');
      await sleep(random.between(4_000, 9_000));
      worker.signal('SIGCONT');
    });
    await Promise.all(standStill);
  },
});

export const scale = scenario({
  name: 'scale-1-5-2',
  says: 'one worker becomes five and then two, under load, as by kubectl scale',
  target: 'workers',
  replicas: 1,
  longestStallMs: handOverMs,
  strike: async ({ load, workers, note }) => {
    await load.share(0.2);
    note('to five');
    await workers.start(4);
    await load.share(0.6);
    note('to two');
    await Promise.all(workers.running.slice(2).map((worker) => worker.end('SIGTERM')));
  },
});

export const manyReplicas = scenario({
  name: 'more-replicas-than-partitions',
  says: 'twelve workers share eight partitions, and six of them are killed (-9)',
  target: 'workers',
  replicas: 12,
  // So many processes start slowly, and share one machine.
  load: { events: 2_000, perSecond: 150 },
  longestStallMs: takeoverMs + 5_000,
  strike: async (world) => {
    for (const part of [0.2, 0.4, 0.6]) {
      await world.load.share(part);
      await kill(world, ...world.workers.running.slice(0, 2));
    }
  },
});

export const churn = scenario({
  name: 'churn',
  says: 'workers start, and are killed (-9) before or soon after they are ready',
  target: 'workers',
  strike: async (world) => {
    const { load, workers, random } = world;
    for (let part = 0.15; part < 0.7; part += 0.1) {
      await load.share(part);
      const starting = workers.start().catch(() => []);
      await sleep(random.between(100, 1_500));
      await kill(world, ...workers.running.slice(-1));
      await starting;
    }
    await workers.start(Math.max(0, 3 - workers.running.length));
  },
});

export const jumpingClocks = scenario({
  name: 'jumping-clocks',
  says: "the workers' clocks jump by hours, forwards and backwards, each at its own times",
  target: 'workers',
  replicas: 1,
  longestStallMs: takeoverMs,
  strike: async (world) => {
    const { load, workers } = world;
    const shifted = await workers.start(2, { NODE_OPTIONS: `--import ${world.clockPreload}` });
    await load.share(0.6);
    await kill(world, ...shifted.slice(0, 1));
  },
});
