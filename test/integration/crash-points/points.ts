import type { Moment } from './worker/moment.ts';

/** A moment at which a process ends, and what is true then. */
export interface CrashPoint {
  /** As in docs/crash-points.md. */
  readonly name: string;
  readonly moment: Moment;
  /** Whether there are facts in the stream; left out where others may be faster or slower. */
  readonly hasFacts?: boolean;
  /** Whether the broker has an acknowledgement. */
  readonly isAcknowledged?: boolean;
}

const firstOfBatch = { to: '', saying: 'Nats-Batch-Sequence: 1\r\n' };
const lastOfBatch = { to: '', saying: 'Nats-Batch-Commit' };
const ack = { to: '$JS.ACK.', saying: '+ACK' };
const nak = { to: '$JS.ACK.', saying: '-NAK' };

/** The way of an event that is handled. */
export const onTheWay: readonly CrashPoint[] = [
  { name: 'while it is decoded', moment: { in: 'decode' } },
  { name: 'in the handler', moment: { in: 'handler' }, hasFacts: true },
  { name: 'after the decision', moment: { in: 'decision' }, hasFacts: true },
  {
    name: 'before the batch is sent',
    moment: { ...firstOfBatch, progress: 'before' },
    hasFacts: false,
    isAcknowledged: false,
  },
  {
    name: 'in the middle of a batch',
    moment: { ...firstOfBatch, progress: 'flushed' },
    hasFacts: false,
    isAcknowledged: false,
  },
  {
    name: 'batch sent, not answered',
    moment: { ...lastOfBatch, progress: 'flushed' },
    hasFacts: true,
    isAcknowledged: false,
  },
  {
    name: 'batch answered, not kept',
    moment: { ...lastOfBatch, progress: 'answered' },
    hasFacts: true,
    isAcknowledged: false,
  },
  {
    name: 'before the acknowledgement',
    moment: { ...ack, progress: 'before' },
    hasFacts: true,
    isAcknowledged: false,
  },
  {
    name: 'acknowledgement written, not sent',
    moment: { ...ack, progress: 'written' },
    hasFacts: true,
    isAcknowledged: false,
  },
  {
    name: 'after an acknowledgement',
    moment: { ...ack, progress: 'flushed' },
    hasFacts: true,
    isAcknowledged: true,
  },
];

/** An event that no retry can help: its dead letter lies in the batch of its key's state. */
export const ofDeadLetters: readonly CrashPoint[] = [
  { name: "before a dead letter's batch", moment: { to: 'dead.', progress: 'before' } },
  {
    name: "after a dead letter's batch",
    moment: { ...lastOfBatch, after: 'dead.', progress: 'answered' },
  },
];

/** What cannot be decoded and may hold a secret: a letter of its own, then it is erased. */
export const ofErasing: readonly CrashPoint[] = [
  { name: 'before the letter of what has no key', moment: { to: 'dead.', progress: 'before' } },
  { name: 'letter sent, not answered', moment: { to: 'dead.', progress: 'flushed' } },
  { name: 'before it is erased', moment: { to: 'STREAM.MSG.DELETE', progress: 'before' } },
  {
    name: 'erased, not acknowledged',
    moment: { to: 'STREAM.MSG.DELETE', progress: 'answered' },
  },
];

/** A reaction asks for 700 things: two batches, and no state of its own. */
export const ofReactions: readonly CrashPoint[] = [
  {
    name: "before a reaction's batch",
    moment: { to: '.write.', saying: 'Nats-Batch-Sequence: 1\r\n', progress: 'before' },
  },
  {
    name: "between a reaction's batches",
    moment: { to: '.write.', saying: 'Nats-Batch-Commit', progress: 'answered' },
  },
  {
    name: "in the middle of a reaction's second batch",
    moment: { to: '.write.', saying: 'Nats-Batch-Sequence: 100\r\n', nth: 2, progress: 'flushed' },
  },
  {
    name: "after a reaction's batches",
    moment: { to: '.write.', saying: 'Nats-Batch-Commit', nth: 2, progress: 'answered' },
  },
];

/** A worker that was told to stop, with events in its hands. */
export const ofDraining: readonly CrashPoint[] = [
  { name: 'before anything is handed back', moment: { ...nak, progress: 'before' } },
  { name: 'some handed back', moment: { ...nak, nth: 2, progress: 'flushed' } },
  { name: 'all handed back, still the owner', moment: { to: 'UNPIN', progress: 'before' } },
  { name: 'given up, not gone', moment: { to: 'UNPIN', progress: 'answered' } },
];

/** The next owner of what another one left behind. */
export const ofTakingOver: readonly CrashPoint[] = [
  {
    name: 'holding back, nothing read yet',
    moment: { to: 'DIRECT.GET', progress: 'before' },
  },
  { name: 'before anything is recalled', moment: { ...nak, progress: 'before' } },
  { name: 'some recalled', moment: { ...nak, nth: 2, progress: 'flushed' } },
  { name: 'all in hand, nothing applied', moment: { ...firstOfBatch, progress: 'before' } },
  { name: 'some applied', moment: { ...lastOfBatch, progress: 'flushed' } },
];

/** An event without order, number 2 of its key, that is postponed and has success at last. */
export const ofPostponing: readonly CrashPoint[] = [
  {
    name: 'before its key lists it',
    moment: { to: 'state.', saying: '"retrying":[', progress: 'before' },
  },
  { name: 'listed, not copied', moment: { to: '.wait.', progress: 'before' } },
  { name: 'copy sent, not answered', moment: { to: '.wait.', progress: 'flushed' } },
  { name: 'copied, not acknowledged', moment: { to: '.wait.', progress: 'answered' } },
  { name: 'postponed', moment: { ...ack, after: '.wait.', progress: 'flushed' } },
  {
    name: 'its copy in hand, nothing applied',
    moment: { to: 'fact.', saying: '"n":2', progress: 'before' },
  },
  {
    name: 'applied, the copy not acknowledged',
    moment: { to: 'state.', saying: ',2]}', progress: 'answered' },
  },
];

/** A first worker, before there is anything. */
export const ofStarting: readonly CrashPoint[] = [
  {
    name: 'between stream and consumer',
    moment: { to: 'CONSUMER.CREATE', progress: 'before' },
  },
  {
    name: 'after the first consumer',
    moment: { to: 'CONSUMER.CREATE', progress: 'answered' },
  },
];
