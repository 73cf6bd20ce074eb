import type { NatsConnection } from 'nats';
import type { Advisory } from '../pipeline/stream-watch.ts';
import { hearForGood } from './hear-for-good.ts';

/** What is listened to, and how it is called here. All others are told at every request, or say little. */
const kinds: Readonly<Record<string, Advisory['kind']>> = {
  'STREAM.LEADER_ELECTED': 'leader-elected',
  'CONSUMER.LEADER_ELECTED': 'leader-elected',
  'STREAM.QUORUM_LOST': 'quorum-lost',
  'CONSUMER.QUORUM_LOST': 'quorum-lost',
  'STREAM.BATCH_ABANDONED': 'batch-abandoned',
  'CONSUMER.MAX_DELIVERIES': 'deliveries-exceeded',
  'CONSUMER.MSG_TERMINATED': 'terminated',
};

const prefix = '$JS.EVENT.ADVISORY';

/** Tells what the brokers say of streams and their consumers, until the returned function is called. */
export const listenToAdvisories = (
  connection: NatsConnection,
  tell: (advisory: Advisory) => void,
): (() => void) => {
  const ends = Object.entries(kinds).map(([subject, kind]) =>
    hearForGood(connection, [prefix, subject, '>'].join('.'), (message) => {
      const stream = message.subject.split('.')[5];
      if (stream !== undefined) tell({ stream, kind });
    }),
  );
  return () => {
    for (const end of ends) end();
  };
};
