import { markFilter, markSubject, movingSubject } from '../../contracts/moving-stream.ts';
import { type ServiceStream, subjectsOf } from '../../contracts/streams.ts';
import {
  type Moving,
  partitionsIn,
  settingsAfterMove,
  settingsWhileMoving,
} from '../../infra/nats/moving-settings.ts';
import { type FoundStream, NotAlone, type StreamMover } from '../../infra/nats/stream-mover.ts';
import { decoder } from '../../infra/pipeline/decode.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { BusRefused } from '../../infra/pipeline/errors.ts';
import type { MessageReader } from '../../infra/pipeline/ports.ts';
import { count } from '../terminal/figures.ts';
import { copyAll } from './copy-all.ts';
import { type Journal, journalSchema } from './journal.ts';
import { placeReaders } from './place-readers.ts';
import { readersOf } from './readers.ts';
import { roomForMove } from './room.ts';

/** What has just been done; each of them may be the last thing that a process did. */
export const steps = [
  'closed',
  'begun',
  'written',
  'copied',
  'placed',
  'purged',
  'opened',
] as const;
export type Step = (typeof steps)[number];

export interface MoveOptions {
  readonly service: AnyService;
  readonly mover: StreamMover;
  readonly messages: MessageReader;
  readonly moving: Moving;
  /** Who does it, for the record. */
  readonly by: string;
  readonly now: () => number;
  readonly onWritten: (count: number) => void;
  readonly onStep: (step: Step) => void;
  /** Asked before whatever no guard of the stream protects. @throws when somebody else moves it by now */
  readonly ours: () => Promise<void>;
  /** Asked when the stream is closed. @throws when somebody is there who does not know that */
  readonly alone: () => Promise<void>;
}

/**
 * Moves a closed stream to another number of partitions, or carries on where somebody was ended.
 *
 * Every step finds out from the stream whether it is done. Until the old messages are purged nothing
 * of them has been touched; the stream is opened last.
 *
 * @throws NotAlone when somebody else does the same; BusUnavailable, BusRefused: call it again
 */
export const moveStream = async (options: MoveOptions): Promise<void> => {
  const { service, mover, moving, onStep, ours, alone } = options;
  const { stream } = service;
  const found = await foundStream(mover);
  // The answer to opening it may have been lost.
  if (partitionsIn(found.config) === moving.to) return;
  await ours();
  await close(options, found);
  onStep('closed');
  // Who comes from now on looks at the stream first, and sees that it is closed.
  await alone();
  const { journal, begun } = await begin(options);
  onStep('begun');
  const onWritten = (count: number): void => {
    options.onWritten(count);
    onStep('written');
  };
  const marks = await copyAll({ ...options, journal, begun, onWritten });
  onStep('copied');
  await ours();
  await placeReaders({ mover, stream, journal, ...marks });
  onStep('placed');
  await eraseSecrets(options, journal, begun);
  await ours();
  await mover.purge(begun);
  onStep('purged');
  await ours();
  await mover.configure(settingsAfterMove(stream, found.config, moving));
  onStep('opened');
};

/** @throws BusRefused when the broker does not allow it: nothing is changed then */
const close = async (
  { service, mover, moving }: MoveOptions,
  found: FoundStream,
): Promise<void> => {
  const { stream } = service;
  const isNew = typeof partitionsIn(found.config) === 'number';
  // Who carries on needs what is left to do, however much the first one believed it would be.
  const maxBytes = isNew ? roomForMove(found.state) : -1;
  try {
    await mover.configure(settingsWhileMoving(stream, found.config, moving, maxBytes));
  } catch (error) {
    if (!isNew || !(error instanceof BusRefused)) throw error;
    const what = `the broker has no room for ${stream.name} twice, ${count(maxBytes)} bytes, or does not let it be closed; nothing was changed`;
    throw new BusRefused(`${what}: ${error.message}`, false);
  }
};

/** Removes what a move leaves behind. */
export const forgetMarks = async (mover: StreamMover, stream: ServiceStream): Promise<void> => {
  await mover.purge((await mover.lastSequence()) + 1, markFilter(stream));
};

const foundStream = async (mover: StreamMover): Promise<FoundStream> => {
  const found = await mover.find();
  if (!found) throw new Error('the stream is gone');
  return found;
};

/** The first mark: what was decided, and where the old messages end. */
const begin = async (
  options: MoveOptions,
): Promise<{ readonly journal: Journal; readonly begun: number }> => {
  const { mover, messages, service } = options;
  const subject = markSubject(service.stream, 'begun');
  const known = await messages.last(subject);
  if (known) {
    const journal = journalSchema.parse(JSON.parse(Buffer.from(known.body).toString('utf8')));
    return { journal, begun: known.sequence };
  }
  const journal = await newJournal(options);
  const body = JSON.stringify(journal);
  for (let tries = 0; ; tries++) {
    try {
      const first = { subject: movingSubject(subject), headers: {}, body };
      return { journal, begun: await mover.write([first], await mover.lastSequence()) };
    } catch (error) {
      // What was on its way when the stream was closed is stored before the mark.
      if (!(error instanceof NotAlone) || tries >= 20) throw error;
    }
  }
};

const newJournal = async ({ mover, service, moving, by, now }: MoveOptions): Promise<Journal> => {
  const { from, to } = moving;
  const floors = new Array<number>(from).fill(0);
  for (const reader of readersOf(service.stream, await mover.consumers())) {
    if (reader.kind !== 'partitioned' || reader.root !== 'in') continue;
    if (reader.name !== service.name) continue;
    for (const [partition, { ack_floor }] of reader.consumers) {
      floors[partition] = ack_floor.stream_seq;
    }
  }
  return { from, to, floors, by, at: new Date(now()).toISOString() };
};

/** What may hold a secret is overwritten, not only dropped, as it is when it is settled. */
const eraseSecrets = async (
  { mover, service }: MoveOptions,
  { from }: Journal,
  begun: number,
): Promise<void> => {
  if (!service.routes.some(({ contract }) => contract.secret.length > 0)) return;
  const stream = { ...service.stream, partitions: from };
  const decode = decoder(stream, service.routes);
  for await (const message of mover.read(subjectsOf(stream).requests, 1, begun - 1)) {
    if (decode(message).mayHoldSecret) await mover.erase(message.sequence);
  }
};
