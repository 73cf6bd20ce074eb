import { retryFilters, type ServiceStream, subjectsOf } from '../../contracts/streams.ts';
import { type Topology, TopologyConflict } from '../pipeline/ports.ts';
import type { NatsOptions } from './connect.ts';
import { consumersOf, nanoseconds, type Settings } from './consumer-settings.ts';
import { type ApiError, apiError, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';

/** The largest message of a stream: well below the broker's limit, so that a dead letter fits too. */
export const largestMessage = 512 * 1024;

/** Under which name a stream says how many partitions it has. */
export const partitionsMetadata = 'millrace.partitions';

/** A stream's configuration: what a service needs, and what deployments choose. */
export const streamSettings = (
  stream: ServiceStream,
  options: Pick<NatsOptions, 'replicas' | 'storage' | 'maxBytes'>,
): Settings => {
  if (stream.role === 'retries') return retrySettings(stream, options);
  const { replicas, storage, maxBytes } = options;
  const { published, facts, states, deadLetters, parked, rulings, repairs } = subjectsOf(stream);
  return {
    name: stream.name,
    subjects: [published, facts, states, deadLetters, parked, rulings, repairs],
    // The key is left out of the stored subject: keys in subjects make filtered consumers slow.
    subject_transform: {
      src: published,
      dest: `in.${stream.service}.{{partition(${stream.partitions},2)}}.{{wildcard(1)}}`,
    },
    retention: 'limits',
    // A full stream refuses: dropping the oldest would drop what nobody has handled yet.
    discard: 'new',
    storage,
    num_replicas: replicas,
    // A process that was started without the setting must not take the limit away.
    ...(maxBytes === undefined ? {} : { max_bytes: maxBytes }),
    max_msg_size: largestMessage,
    duplicate_window: nanoseconds(120_000),
    allow_atomic: true,
    allow_rollup_hdrs: true,
    allow_direct: true,
    metadata: { [partitionsMetadata]: String(stream.partitions) },
  };
};

/**
 * The configuration of a stream in which events wait for their next try.
 *
 * It has no limit: the broker allows schedules only where a full stream would drop its oldest
 * message. Who writes to it sees to it that it does not grow for ever. What is acknowledged is gone.
 */
const retrySettings = (
  stream: ServiceStream,
  { replicas, storage }: Pick<NatsOptions, 'replicas' | 'storage'>,
): Settings => ({
  name: stream.name,
  subjects: [retryFilters(stream).all],
  retention: 'workqueue',
  discard: 'old',
  max_bytes: -1,
  max_msgs: -1,
  max_age: 0,
  storage,
  num_replicas: replicas,
  max_msg_size: largestMessage,
  duplicate_window: nanoseconds(120_000),
  allow_msg_schedules: true,
  allow_direct: true,
});

/** What must not change in passing: data would be lost, or keys would move between partitions. */
const fixedOfStream = (wanted: Settings, found: Settings): string[] => [
  'subject_transform',
  'retention',
  'storage',
  'metadata',
  // A process that was started without the cluster's settings must not take copies away.
  ...(Number(found['num_replicas']) > Number(wanted['num_replicas']) ? ['num_replicas'] : []),
];
const fixedOfConsumer = ['filter_subject', 'deliver_policy', 'ack_policy', 'priority_policy'];

/**
 * How the partitions of a consumer are acknowledged cannot be changed, and every owner reads it from
 * the consumer: so one that is there stays as it is, whatever replicas of another version declare.
 */
const asMade = (wanted: Settings, found: Settings): Settings => {
  const isOfPartition = wanted['priority_policy'] === 'pinned_client';
  const isEither = found['ack_policy'] === 'all' || found['ack_policy'] === 'explicit';
  return isOfPartition && isEither ? { ...wanted, ack_policy: found['ack_policy'] } : wanted;
};

/**
 * Makes streams and consumers as declared. Any replica may do it, at once with others.
 *
 * What is there already and differs in a harmless way is updated; what would lose data is refused.
 *
 * @throws TopologyConflict naming each setting that differs, BusUnavailable, BusRefused
 */
export const ensureTopology = async (
  api: JsApi,
  { streams, others = [], consumers }: Topology,
  options: NatsOptions,
): Promise<void> => {
  for (const stream of streams) await ensureStream(api, stream, { ...options, mayChange: true });
  for (const stream of others) await ensureStream(api, stream, { ...options, mayChange: false });
  const known = [...streams, ...others];
  const read = new Set(consumers.map(({ stream }) => stream));
  for (const stream of read) if (!known.includes(stream)) await checkPartitions(api, stream);
  const wanted = consumers.flatMap((consumer) =>
    [...consumersOf(consumer)].map(([durable, config]) => ({
      path: `${consumer.stream.name}.${durable}`,
      stream: consumer.stream.name,
      config,
    })),
  );
  for (let from = 0; from < wanted.length; from += atOnce) {
    await Promise.all(wanted.slice(from, from + atOnce).map((one) => ensureConsumer(api, one)));
  }
};

/** How many consumers are made at a time. */
const atOnce = 16;

interface Echo {
  readonly config: Settings;
}

interface StreamOptions extends NatsOptions {
  readonly mayChange: boolean;
}

const ensureStream = async (api: JsApi, stream: ServiceStream, options: StreamOptions) => {
  const wanted = streamSettings(stream, options);
  const found = await api.ask<Echo>(`STREAM.INFO.${stream.name}`);
  if (!found.error) {
    refuseOtherPartitions(stream, found.config);
    const fixed = fixedOfStream(wanted, found.config);
    refuseConflicts(`stream ${stream.name}`, wanted, found.config, fixed);
    if (!options.mayChange || differences(wanted, found.config).length === 0) return;
    const updated = await api.get<Echo>(`STREAM.UPDATE.${stream.name}`, {
      ...found.config,
      ...wanted,
    });
    refuseConflicts(`stream ${stream.name}`, wanted, updated.config);
    return;
  }
  if (found.error.err_code !== apiError.streamNotFound) throw refusal(found.error, stream.name);
  const created = await api.ask<Echo>(`STREAM.CREATE.${stream.name}`, wanted);
  if (!created.error) return refuseConflicts(`stream ${stream.name}`, wanted, created.config);
  await afterRace(created.error, stream.name, () => ensureStream(api, stream, options));
};

/**
 * Sees to it that a stream has as many partitions as are declared, or is not there.
 *
 * @throws TopologyConflict when it has another number, or is being moved to one; BusUnavailable, BusRefused
 */
export const checkPartitions = async (api: JsApi, stream: ServiceStream): Promise<void> => {
  const found = await api.ask<Echo>(`STREAM.INFO.${stream.name}`);
  if (!found.error) refuseOtherPartitions(stream, found.config);
  else if (found.error.err_code !== apiError.streamNotFound)
    throw refusal(found.error, stream.name);
};

/** Keys would move to other partitions, away from their states and from what waits for them. */
const refuseOtherPartitions = ({ name, partitions }: ServiceStream, found: Settings): void => {
  const { [partitionsMetadata]: there } = (found['metadata'] ?? {}) as Readonly<
    Record<string, string>
  >;
  if (there === undefined || there === String(partitions)) return;
  if (there === 'moving') {
    throw new TopologyConflict(
      `stream ${name} is being moved to another number of partitions: npm run repartition has to end first`,
    );
  }
  throw new TopologyConflict(
    `stream ${name} has ${there} partitions, declared are ${partitions}: declare ${there} to keep them, or move the stream with npm run repartition (docs/partitions.md)`,
  );
};

interface WantedConsumer {
  readonly path: string;
  readonly stream: string;
  readonly config: Settings;
}

const ensureConsumer = async (api: JsApi, { path, stream, config: declared }: WantedConsumer) => {
  const found = await api.ask<Echo>(`CONSUMER.INFO.${path}`);
  const config = found.error ? declared : asMade(declared, found.config);
  if (!found.error) {
    refuseConflicts(`consumer ${path}`, config, found.config, fixedOfConsumer);
    if (differences(config, found.config).length === 0) return;
  } else if (found.error.err_code !== apiError.consumerNotFound) {
    throw refusal(found.error, path);
  }
  // Without an action this creates or updates, so that two replicas at once do no harm.
  const echo = await api.get<Echo>(`CONSUMER.CREATE.${path}`, {
    stream_name: stream,
    config,
    action: '',
  });
  refuseConflicts(`consumer ${path}`, config, echo.config);
};

/** Another replica was faster: compare with what it made. */
const afterRace = async (error: ApiError, what: string, again: () => Promise<void>) => {
  if (error.err_code !== apiError.streamNameInUse) throw refusal(error, `cannot create ${what}`);
  await again();
};

interface Difference {
  readonly setting: string;
  readonly wanted: unknown;
  readonly found: unknown;
}

const differences = (wanted: Settings, found: Settings): Difference[] =>
  Object.keys(wanted)
    .filter((setting) => !covers(found[setting], wanted[setting]))
    .map((setting) => ({ setting, wanted: wanted[setting], found: found[setting] }));

/** The server adds keys of its own to what it was sent; what was sent must all be there. */
const covers = (found: unknown, wanted: unknown): boolean => {
  if (wanted === null || typeof wanted !== 'object') return (found ?? false) === (wanted ?? false);
  if (found === null || typeof found !== 'object') return false;
  if (Array.isArray(wanted)) return JSON.stringify(found) === JSON.stringify(wanted);
  const there = found as Settings;
  return Object.entries(wanted).every(([key, value]) => covers(there[key], value));
};

const refuseConflicts = (
  what: string,
  wanted: Settings,
  found: Settings,
  among: readonly string[] = Object.keys(wanted),
): void => {
  const conflicts = differences(wanted, found).filter(({ setting }) => among.includes(setting));
  if (conflicts.length === 0) return;
  const lines = conflicts.map(
    (conflict) =>
      `${conflict.setting} is ${JSON.stringify(conflict.found)}, declared ${JSON.stringify(conflict.wanted)}`,
  );
  throw new TopologyConflict(`${what} differs and is left as it is: ${lines.join('; ')}`);
};
