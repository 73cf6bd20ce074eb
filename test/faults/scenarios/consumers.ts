import { setTimeout as sleep } from 'node:timers/promises';
import { scenario } from '../scenario.ts';
import { consumersOf } from '../world/raw-stream.ts';
import type { World } from '../world/world.ts';

const own = ({ admin, subject, insist }: World) =>
  insist(() => consumersOf(admin, subject.stream, subject.service));

const deleteConsumers = async (world: World, which: 'any' | 'all'): Promise<void> => {
  const { admin, subject, random, note, insist } = world;
  const all = await own(world);
  const chosen = which === 'all' ? all : [random.pick(all)];
  note(`deletes ${chosen.length} of ${all.length} consumers`);
  for (const { name } of chosen) {
    await insist(async () => {
      const { consumers } = await admin.jetstreamManager();
      // It may be gone already: then somebody else was faster.
      await consumers.delete(subject.stream, name).catch((error: { api_error?: unknown }) => {
        if (!error.api_error) throw error;
      });
    });
  }
};

export const deletedConsumer = scenario({
  name: 'deleted-consumer',
  says: 'a consumer is deleted under the workers, six times',
  target: 'consumers',
  longestStallMs: 10_000,
  strike: async (world) => {
    for (const part of [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]) {
      await world.load.share(part);
      await deleteConsumers(world, 'any');
    }
  },
});

export const deletedConsumers = scenario({
  name: 'deleted-consumers',
  says: 'all consumers of the service are deleted under the workers, twice',
  target: 'consumers',
  longestStallMs: 10_000,
  strike: async (world) => {
    for (const part of [0.25, 0.55]) {
      await world.load.share(part);
      await deleteConsumers(world, 'all');
    }
  },
});

export const unpinned = scenario({
  name: 'unpinned',
  says: 'the pin of partitions is taken away from their owners, forty times',
  target: 'consumers',
  longestStallMs: 10_000,
  strike: async (world) => {
    const { admin, subject, random, load, insist } = world;
    for (let time = 0; time < 40; time++) {
      await load.share(0.1 + time * 0.015);
      const { name, config } = random.pick(await own(world));
      const { priority_groups } = config as { priority_groups?: readonly string[] };
      const [group] = priority_groups ?? [];
      const path = `$JS.API.CONSUMER.UNPIN.${subject.stream}.${name}`;
      if (group) await insist(() => admin.request(path, JSON.stringify({ group })));
    }
  },
});

export const deletedMembers = scenario({
  name: 'deleted-members',
  says: 'the bucket in which members announce themselves is deleted, three times',
  target: 'consumers',
  longestStallMs: 10_000,
  strike: async ({ admin, load, note, insist }) => {
    for (const part of [0.2, 0.4, 0.6]) {
      await load.share(part);
      await insist(async () => {
        const { streams } = await admin.jetstreamManager();
        for await (const name of streams.names()) {
          if (!name.startsWith('KV_')) continue;
          note(`deletes ${name}`);
          await streams.delete(name);
        }
      });
    }
  },
});

export const pausedConsumers = scenario({
  name: 'paused-consumers',
  says: 'all consumers of the service are paused for five seconds',
  target: 'consumers',
  strike: async (world) => {
    const { admin, subject, load, insist } = world;
    await load.share(0.3);
    const { consumers } = await admin.jetstreamManager();
    const until = new Date(Date.now() + 5_000);
    for (const { name } of await own(world)) {
      await insist(() => consumers.pause(subject.stream, name, until));
    }
    await sleep(5_000);
  },
});
