import type { z } from 'zod';
import { type SnapshotHead, StreamSnapshots } from '../../infra/nats/stream-snapshots.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { brokerAccess, brokerEnvironment } from '../../infra/runtime/config.ts';
import { systemClock } from '../../infra/runtime/system-clock.ts';
import { cart } from '../../workers/cart/service.ts';
import { product } from '../../workers/product/service.ts';
import { user } from '../../workers/user/service.ts';
import { count } from '../terminal/figures.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { BackupArguments } from './backup-arguments.ts';
import { type BackupContents, BackupFolder, type SavedStream } from './backup-folder.ts';
import { BackupRefused } from './backup-refused.ts';
import { inOrderOfSaving, type StreamToSave } from './stream-order.ts';

/** What the command reads from the environment. */
export const backupEnvironment = brokerEnvironment;

const allServices: readonly AnyService[] = [user, product, cart];

/** Saves, checks or restores; resolves to the exit code. */
export const runBackup = async (
  asked: BackupArguments,
  environment: z.infer<typeof backupEnvironment>,
): Promise<number> => {
  const folder = new BackupFolder(asked.folder);
  const streams = inOrderOfSaving(chosen(asked.services));
  if (asked.command === 'check') {
    sayContents('whole', await folder.check());
    return 0;
  }
  await using snapshots = await StreamSnapshots.connect({
    name: 'backup',
    ...brokerAccess(environment),
    ...(asked.servers && { servers: asked.servers }),
    replicas: 1,
    storage: 'file',
    firstConnectionMs: 5000,
  });
  if (asked.command === 'save') sayContents('saved', await save(snapshots, folder, streams, asked));
  else sayContents('restored', await restore(snapshots, folder, streams, asked));
  return 0;
};

const chosen = (names: readonly string[]): readonly AnyService[] => {
  const unknown = names.find((name) => !allServices.some((service) => service.name === name));
  if (unknown === undefined) {
    return allServices.filter(({ name }) => names.length === 0 || names.includes(name));
  }
  const known = allServices.map(({ name }) => name).join(', ');
  throw new UsageError(`no service "${unknown}": there are ${known}`);
};

const save = async (
  snapshots: StreamSnapshots,
  folder: BackupFolder,
  streams: readonly StreamToSave[],
  { running }: BackupArguments,
): Promise<BackupContents> => {
  const living = await workersOf(snapshots, streams);
  if (living.length > 0 && !running) {
    throw new BackupRefused(
      `workers run (${living.join(', ')}): stop them, or say --running if that cannot be`,
    );
  }
  const savedAt = new Date(systemClock.now()).toISOString();
  await folder.begin();
  const saved: SavedStream[] = [];
  let atRest = living.length === 0;
  for (const { name, isRequired } of streams) {
    if (!(await snapshots.exists(name))) {
      if (isRequired) throw new BackupRefused(`there is no stream ${name}`);
      continue;
    }
    saved.push(await folder.keep(name, (take) => snapshotOf(snapshots, name, take)));
    // Whoever came in the meantime, and may have left again, has changed what was to stand still.
    if (atRest) atRest = (await workersOf(snapshots, streams)).length === 0;
    if (!atRest && !running)
      throw new BackupRefused('a worker started meanwhile: this is no backup');
  }
  const all: BackupContents = {
    ...{ format: 1, savedAt, atRest },
    server: snapshots.serverVersion,
    streams: saved,
  };
  await folder.finish(all);
  return all;
};

/** The head as the folder keeps it: settings and state as the broker told them. */
const snapshotOf = async (
  snapshots: StreamSnapshots,
  name: string,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<SavedStream['head']> => {
  const { config, state } = await snapshots.save(name, take);
  return { config: { ...config, num_replicas: Number(config['num_replicas']) }, state };
};

const workersOf = async (
  snapshots: StreamSnapshots,
  streams: readonly StreamToSave[],
): Promise<readonly string[]> => {
  const names = [...new Set(streams.map(({ service }) => service.name))];
  const found = await Promise.all(names.map((name) => snapshots.workersOf(name)));
  return found.flat();
};

const restore = async (
  snapshots: StreamSnapshots,
  folder: BackupFolder,
  streams: readonly StreamToSave[],
  { replicas }: BackupArguments,
): Promise<BackupContents> => {
  const all = await folder.check();
  const wanted = all.streams.filter(({ head }) =>
    streams.some(({ name }) => name === head.config.name),
  );
  if (wanted.length === 0) throw new BackupRefused(`${folder.path} has none of these streams`);
  for (const { head } of wanted) {
    const { name } = head.config;
    if (!(await snapshots.exists(name))) continue;
    throw new BackupRefused(`there is a stream ${name} already: restore to a broker without it`);
  }
  // The other way round: no consumer is there before what its facts ask for can be published.
  for (const { head } of wanted.toReversed()) {
    const config = replicas ? { ...head.config, num_replicas: replicas } : head.config;
    const whole: SnapshotHead = { config, state: head.state };
    await snapshots.restore(whole, folder.chunks(head.config.name));
  }
  return { ...all, streams: wanted };
};

const sayContents = (what: string, { savedAt, atRest, streams }: BackupContents): void => {
  for (const { head, bytes } of streams) {
    const { config, state } = head;
    console.log(
      `${what}: ${config.name}, ${count(state.messages)} messages, ${count(bytes)} bytes as a file`,
    );
  }
  const how = atRest ? 'with the workers stopped' : 'while workers ran';
  console.log(`as of ${savedAt}, ${how}`);
};
