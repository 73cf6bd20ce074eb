import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { scenario } from '../scenario.ts';
import { type LoopDisk, noLoopDisk } from '../world/loop-disk.ts';
import type { World } from '../world/world.ts';

const diskOf = ({ disk }: World): LoopDisk => {
  if (!disk) throw new Error('the scenario asks for no disk');
  return disk;
};

export const powerCut = scenario({
  name: 'power-cut',
  says: 'the server loses its power, twice: what was not synced to disk is gone (sync_interval: always)',
  target: 'server',
  diskMegabytes: 400,
  brokerConfig: { jetstreamConfig: 'sync_interval: always' },
  load: { events: 2_000, perSecond: 150 },
  unavailable: noLoopDisk,
  strike: async (world) => {
    const { broker, load, note } = world;
    const disk = diskOf(world);
    const [server] = broker.servers;
    for (const part of [0.3, 0.6]) {
      await load.share(part);
      note('the power goes');
      await server?.kill('SIGSTOP');
      const snapshot = disk.snapshot();
      await server?.kill('SIGKILL');
      disk.restore(snapshot);
      await sleep(500);
      await server?.start();
    }
  },
});

/** Writes a file until the disk is full; resolves to its name. */
const fill = (folder: string): string => {
  const file = join(folder, 'filling');
  const handle = openSync(file, 'w');
  const chunk = Buffer.alloc(1024 * 1024);
  try {
    for (let size = chunk.length; size >= 512; size = size > 512 ? 512 : 0) {
      try {
        for (;;) writeSync(handle, chunk, 0, size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(handle);
  }
  return file;
};

export const fullDisk = scenario({
  name: 'full-disk',
  says: 'the disk is really full for six seconds; then there is room, and the server starts again',
  target: 'server',
  diskMegabytes: 64,
  brokerConfig: { jetstreamConfig: 'max_file_store: 1GB' },
  load: { events: 2_000, perSecond: 150 },
  unavailable: noLoopDisk,
  strike: async (world) => {
    const { broker, load, note } = world;
    await load.share(0.3);
    const file = fill(diskOf(world).mountPoint);
    note('the disk is full');
    await sleep(6_000);
    rmSync(file);
    note('there is room again');
    // A server that has met a full disk accepts nothing more until it is started again.
    for (const server of broker.servers) await server.restart();
  },
});
