import { setTimeout as sleep } from 'node:timers/promises';
import { scenario } from '../scenario.ts';
import type { Weather } from '../world/link.ts';
import type { World } from '../world/world.ts';

/** Makes bad weather for one worker after the other. */
const inTurn = async (world: World, weather: Weather, ms: number): Promise<void> => {
  const { load, workers, note } = world;
  for (const [index, worker] of workers.running.entries()) {
    await load.share(0.1 + 0.2 * index);
    note(`${worker.name}: ${Object.keys(weather).join(', ')}`);
    worker.link?.set(weather);
    await sleep(ms);
    worker.link?.clear();
  }
};

export const cutConnections = scenario({
  name: 'cut-connections',
  says: 'the connections of workers are cut, one after the other and all at once, eight times',
  target: 'links',
  isLinked: true,
  longestStallMs: 10_000,
  strike: async ({ load, workers, random }) => {
    for (let time = 0; time < 8; time++) {
      await load.share(0.1 + time * 0.1);
      const all = workers.running;
      for (const worker of time % 3 === 2 ? all : [random.pick(all)]) worker.link?.cut();
    }
  },
});

export const unreachable = scenario({
  name: 'unreachable-broker',
  says: 'one worker after the other cannot reach the broker for six seconds',
  target: 'links',
  isLinked: true,
  load: { events: 5_000 },
  longestStallMs: 10_000,
  strike: (world) => inTurn(world, { isDown: true }, 6_000),
});

export const halfOpen = scenario({
  name: 'half-open',
  says: "one worker's link goes silent for twenty seconds: neither side is told, and then all arrives",
  target: 'links',
  isLinked: true,
  load: { events: 5_000, perSecond: 200 },
  // The one that cannot be reached has to be taken for dead first.
  longestStallMs: 15_000,
  strike: async ({ load, workers, note }) => {
    await load.share(0.15);
    const worker = workers.pick();
    note(`${worker.name} is held`);
    worker.link?.set({ isHeld: true });
    await sleep(20_000);
    worker.link?.clear();
    note(`${worker.name} is free`);
  },
});

export const slowLinks = scenario({
  name: 'slow-links',
  says: 'every link is slow (200 ms each way) and narrow (100 KB a second)',
  target: 'links',
  isLinked: true,
  load: { perSecond: 150, events: 2_000 },
  strike: async ({ load, workers }) => {
    await load.share(0.1);
    for (const { link } of workers.running) link?.set({ delayMs: 200, bytesPerSecond: 100_000 });
    await load.share(1);
  },
});

export const lostAnswers = scenario({
  name: 'lost-answers',
  says: 'what the broker says to a worker is lost for four seconds, what the worker says arrives',
  target: 'links',
  isLinked: true,
  longestStallMs: 15_000,
  strike: (world) => inTurn(world, { losesAnswers: true }, 4_000),
});

/** The answer to the last message of a batch: where it is stored, and how many there were. */
const isCommitAnswer = (bytes: Buffer): boolean => bytes.includes('"batch":"');

export const lostCommits = scenario({
  name: 'lost-commit-answers',
  says: 'the connection is cut just when the answer to a commit comes, one time in twenty',
  target: 'links',
  isLinked: true,
  strike: async ({ load, workers, random }) => {
    await load.share(0.1);
    const cutsAt = (bytes: Buffer): boolean => isCommitAnswer(bytes) && random.next() < 0.05;
    for (const { link } of workers.running) link?.set({ cutsAt });
    await load.share(0.8);
  },
});
