import { setTimeout as sleep } from 'node:timers/promises';
import { type Scenario, scenario } from '../scenario.ts';
import { leaderOf } from '../world/broker.ts';
import { forEver } from '../world/load.ts';
import type { World } from '../world/world.ts';
import { oneIn } from './acts.ts';

/** One event in eight fails, once to three times or for ever: each of these waits in the broker for its next try. */
const failing = oneIn(
  8,
  { kind: 'fail', times: 1 },
  { kind: 'fail', times: 2 },
  { kind: 'fail', times: 3 },
  { kind: 'fail', times: forEver },
);

/** A fault that strikes a service without order while retries are scheduled. */
const unordered = (definition: Scenario): Scenario =>
  scenario({
    ...definition,
    ordering: 'none',
    load: { keys: 200, ...failing, ...definition.load },
    afterwards: async ({ admin, subject }) => {
      const { streams } = await admin.jetstreamManager();
      const { state } = await streams.info(`${subject.stream}_RETRY`);
      return state.last_seq > 0 ? [] : ['no event waited outside: nothing was tried here'];
    },
  });

const restartServers = async ({ broker, note }: World, downMs: number): Promise<void> => {
  note(`SIGKILL to the servers for ${downMs} ms`);
  await Promise.all(broker.servers.map((server) => server.kill('SIGKILL')));
  await sleep(downMs);
  await Promise.all(broker.servers.map((server) => server.start()));
};

export const killWorker = unordered({
  name: 'unordered-kill-worker',
  says: 'without order, retries scheduled: one of three workers is killed (-9) and replaced, three times',
  target: 'workers',
  strike: async ({ load, workers, note }) => {
    for (const part of [0.2, 0.45, 0.7]) {
      await load.share(part);
      const victim = workers.pick();
      note(`kill -9 ${victim.name}`);
      await victim.end('SIGKILL');
      await workers.start();
    }
  },
});

export const zombie = unordered({
  name: 'unordered-zombie',
  says: 'without order: a worker stands still (SIGSTOP) for 12 s, longer than its leases, and goes on',
  target: 'workers',
  environment: { ACK_WAIT_MS: '5000' },
  load: { events: 4_000, perSecond: 200 },
  strike: async ({ load, workers, note }) => {
    await load.share(0.15);
    const sleeper = workers.pick();
    note(`SIGSTOP ${sleeper.name}`);
    sleeper.signal('SIGSTOP');
    await sleep(12_000);
    sleeper.signal('SIGCONT');
  },
});

export const killServer = unordered({
  name: 'unordered-kill-server',
  says: 'without order, retries scheduled: the server is killed (-9) four times, once for four seconds',
  target: 'server',
  strike: async (world) => {
    for (const [index, part] of [0.15, 0.3, 0.45, 0.6].entries()) {
      await world.load.share(part);
      await restartServers(world, index === 2 ? 4_000 : 200);
    }
  },
});

export const killEverything = unordered({
  name: 'unordered-kill-everything',
  says: 'without order, retries scheduled: the server and every worker are killed (-9) at once, twice',
  target: 'server',
  strike: async (world) => {
    const { load, workers } = world;
    for (const part of [0.3, 0.6]) {
      await load.share(part);
      await Promise.all(workers.running.map((worker) => worker.end('SIGKILL')));
      await restartServers(world, 1_000);
      await workers.start(3);
    }
  },
});

export const killLeader = unordered({
  name: 'unordered-kill-leader',
  says: 'without order: the server that leads the stream of retries is killed (-9), three times',
  target: 'cluster',
  broker: 'cluster',
  load: { events: 4_000, perSecond: 200 },
  strike: async ({ admin, broker, subject, load, note, insist }) => {
    for (const part of [0.15, 0.35, 0.55]) {
      await load.share(part);
      const server = await insist(() => leaderOf(admin, broker, `${subject.stream}_RETRY`));
      note(`kills ${server.url}`);
      await server.kill('SIGKILL');
      await sleep(3_000);
      await server.start();
    }
  },
});

export const jumpingClocks = unordered({
  name: 'unordered-jumping-clocks',
  says: 'without order: the clocks of the workers that schedule retries jump by hours, both ways',
  target: 'workers',
  replicas: 1,
  strike: async ({ load, workers, clockPreload, note }) => {
    const [steady] = workers.running;
    await workers.start(2, { NODE_OPTIONS: `--import ${clockPreload}` });
    note('two workers whose clocks jump are ready');
    await steady?.end('SIGTERM');
    await load.share(0.6);
  },
});
