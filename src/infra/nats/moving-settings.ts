import { movedSubject, movingFilter } from '../../contracts/moving-stream.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { Settings } from './consumer-settings.ts';
import { partitionsMetadata, streamSettings } from './topology.ts';

/** Under which name a stream says that it is being moved. */
const movingMetadata = 'millrace.moving';

/** From how many partitions to how many a stream is being moved, and the limit that it had. */
export interface Moving {
  readonly from: number;
  readonly to: number;
  readonly maxBytes: number;
}

type Metadata = Readonly<Record<string, string>>;

const metadataOf = (config: Settings): Metadata => (config['metadata'] ?? {}) as Metadata;

/** How many partitions a stream has, or what it is being moved to; nothing when it does not say. */
export const partitionsIn = (config: Settings): number | Moving | undefined => {
  const { [movingMetadata]: moving, [partitionsMetadata]: partitions } = metadataOf(config);
  if (moving === undefined) return partitions === undefined ? undefined : Number(partitions);
  const { from, to, maxBytes } = JSON.parse(moving) as Moving;
  return { from, to, maxBytes };
};

/**
 * A stream's settings while it is moved: whatever anybody sends it finds nobody, but for the mover.
 *
 * @param maxBytes what it may hold meanwhile, -1 for no limit: everything lies there twice. The broker
 * refuses the settings when it has not that much room, and then nothing is changed.
 */
export const settingsWhileMoving = (
  stream: ServiceStream,
  config: Settings,
  moving: Moving,
  maxBytes: number,
): Settings => ({
  ...config,
  subjects: [movingFilter(stream)],
  subject_transform: { src: movingFilter(stream), dest: movedSubject(stream) },
  max_bytes: maxBytes,
  max_msg_size: -1,
  // Also processes of older versions are refused by it.
  metadata: { [partitionsMetadata]: 'moving', [movingMetadata]: JSON.stringify(moving) },
});

/** A stream's settings with its new number of partitions. */
export const settingsAfterMove = (
  stream: ServiceStream,
  config: Settings,
  { to, maxBytes }: Moving,
): Settings => {
  const replicas = Number(config['num_replicas']);
  const options = { replicas, storage: config['storage'] as 'file' | 'memory' };
  const { subjects, subject_transform, max_msg_size, metadata } = streamSettings(
    { ...stream, partitions: to },
    options,
  );
  return { ...config, subjects, subject_transform, max_msg_size, metadata, max_bytes: maxBytes };
};
