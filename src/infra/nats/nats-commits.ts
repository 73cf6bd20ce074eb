import type { NatsConnection } from 'nats';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { Commit } from '../pipeline/ports.ts';
import { BatchPublisher } from './batch.ts';
import type { BusWatcher } from './bus-watcher.ts';
import { GroupCommit } from './group-commit.ts';
import type { JsApi } from './js-api.ts';
import type { NatsPublisher } from './publisher.ts';
import { readMessage } from './stored-message.ts';

export interface NatsCommitsParts {
  readonly connection: NatsConnection;
  readonly api: JsApi;
  readonly publisher: NatsPublisher;
  /** Waited for before each batch. */
  readonly mayWrite: () => Promise<void> | undefined;
  readonly onBatch: BusWatcher['onBatch'];
}

/** How long a batch waits for its answer; then the states are read to see what became of it. */
const batchMs = 3_000;

/** Commits to the stream of a service, many decisions in one atomic batch. */
export const natsCommits = (
  stream: ServiceStream,
  { connection, api, publisher, mayWrite, onBatch }: NatsCommitsParts,
): Commit => {
  const batches = new BatchPublisher(connection, batchMs);
  return new GroupCommit({
    stream,
    ...(onBatch ? { onBatch } : {}),
    port: {
      publish: async (messages) => {
        await mayWrite();
        return batches.publish(messages);
      },
      store: async (message, id) => void (await publisher.publishRaw(message, id)),
      lastSequence: async (subject) =>
        (await readMessage(api, stream.name, { last_by_subj: subject }))?.sequence ?? 0,
    },
  });
};
