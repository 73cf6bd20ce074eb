import { setTimeout as sleep } from 'node:timers/promises';
import { scenario } from '../scenario.ts';

export const cartKillWorker = scenario({
  name: 'cart-kill-worker',
  says: "the shop's own carts: a worker is killed (-9) and replaced, three times",
  target: 'workers',
  service: 'cart',
  load: { events: 5_000 },
  longestStallMs: 10_000,
  strike: async ({ load, workers, note }) => {
    // Far enough from one another that none strikes in the middle of a takeover.
    for (const part of [0.05, 0.4, 0.75]) {
      await load.share(part);
      const victim = workers.pick();
      note(`kill -9 ${victim.name}`);
      await victim.end('SIGKILL');
      await workers.start();
    }
  },
});

export const cartKillEverything = scenario({
  name: 'cart-kill-everything',
  says: "the shop's own carts: the server and every worker are killed (-9) at once",
  target: 'server',
  service: 'cart',
  strike: async ({ broker, load, workers, note }) => {
    for (const part of [0.25, 0.55]) {
      await load.share(part);
      note('kills everything');
      const victims = workers.running.map((worker) => worker.end('SIGKILL'));
      await Promise.all([...victims, ...broker.servers.map((server) => server.kill('SIGKILL'))]);
      await sleep(500);
      await Promise.all(broker.servers.map((server) => server.start()));
      await workers.start(3);
    }
  },
});
