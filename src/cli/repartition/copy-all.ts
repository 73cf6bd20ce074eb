import { type MoveMark, markSubject } from '../../contracts/moving-stream.ts';
import { readSubject, subjectsOf } from '../../contracts/streams.ts';
import type { StreamMover } from '../../infra/nats/stream-mover.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import type { MessageReader, OutboundMessage } from '../../infra/pipeline/ports.ts';
import { Carrier, movedFrom } from './carrier.ts';
import { Copier } from './copier.ts';
import type { Journal } from './journal.ts';
import { Survey } from './survey.ts';

export interface CopyOptions {
  readonly service: AnyService;
  readonly mover: StreamMover;
  readonly messages: MessageReader;
  readonly journal: Journal;
  /** The sequence of the move's first mark: what lies before it is to be copied. */
  readonly begun: number;
  readonly onWritten: (count: number) => void;
}

/** Where the marks of a move lie. */
export interface Marks {
  /** Behind what is settled. */
  readonly history: number;
  /** Behind everything. */
  readonly end: number;
}

/** Makes a message of the new partitions; nothing when it is not carried, or not in this step. */
type Carry = (message: InboundMessage) => OutboundMessage | undefined;

interface Run extends CopyOptions {
  readonly survey: Survey;
  readonly carrier: Carrier;
  readonly copier: Copier;
}

/**
 * Copies a closed stream behind itself, into its new partitions: what is settled first, then a mark,
 * then the states, what waits behind dead letters, and the request events that are yet to be handled.
 *
 * The states say that all up to the mark is settled, so consumers that begin behind it get just the
 * events that nobody has handled. Each message says from where it was copied, and within a step they
 * are copied in order: so the last one tells how far a process came that was ended in the middle.
 *
 * @throws NotAlone, BusUnavailable, BusRefused
 */
export const copyAll = async (options: CopyOptions): Promise<Marks> => {
  const { mover, service } = options;
  const survey = await surveyOf(options);
  const carrier = new Carrier(service, options.journal);
  const progress = await progressOf(options, survey, carrier);
  const run = { ...options, survey, carrier, copier: copierOf(mover, progress.last, options) };
  let { history, end, root, from } = progress;
  if (history === undefined) {
    await copy(run, '>', from + 1, settledOnly(run));
    history = await mark(run, 'history');
    root = 'mark';
  }
  if (end === undefined) {
    await copyLiving(run, history, { root, from });
    end = await mark(run, 'copied');
  }
  return { history, end };
};

const copierOf = (mover: StreamMover, last: number, { onWritten }: CopyOptions): Copier =>
  new Copier(mover, last, onWritten);

/** What is still to be used: states, what waits, what is yet to be handled. */
const copyLiving = async (run: Run, history: number, begun: Pick<Progress, 'root' | 'from'>) => {
  const { carrier, survey, service } = run;
  const { states, parked, requests, published } = subjectsOf(service.stream);
  const steps: readonly {
    readonly root: string;
    readonly filter: string;
    readonly carry: Carry;
    /** Nothing of it lies before this sequence. */
    readonly first?: number;
  }[] = [
    { root: 'state', filter: states, carry: (state) => carrier.state(state, history) },
    {
      root: 'parked',
      filter: parked,
      carry: (copied) => (survey.isWaiting(copied) ? carrier.aside('parked', copied) : undefined),
    },
    {
      root: 'in',
      filter: requests,
      first: Math.min(...run.journal.floors) + 1,
      carry: (event) => (isSettled(run, event) ? undefined : carrier.request(event)),
    },
    // They were stored after all the others.
    { root: 'in', filter: published, carry: (event) => carrier.stray(event) },
  ];
  const at = steps.findIndex(({ root }) => root === begun.root);
  for (const { root, filter, carry, first = 1 } of steps.slice(Math.max(0, at))) {
    await copy(run, filter, root === begun.root ? begun.from + 1 : first, carry);
  }
};

const copy = async (run: Run, filter: string, from: number, carry: Carry): Promise<void> => {
  const { mover, copier, begun } = run;
  for await (const message of mover.read(filter, from, begun - 1)) {
    const copied = carry(message);
    if (!copied) continue;
    const sequence = copier.add(copied);
    noteNamed(run, { subject: copied.subject, sequence, from: message.sequence });
    await copier.writeSome();
  }
  await copier.writeAll();
};

const mark = async ({ copier, service }: Run, name: MoveMark): Promise<number> => {
  const subject = markSubject(service.stream, name);
  const sequence = copier.add({ subject, headers: {}, body: '' });
  await copier.writeAll();
  return sequence;
};

const settledOnly =
  (run: Run): Carry =>
  (message) => {
    const { carrier } = run;
    switch (readSubject(message.subject)?.root) {
      case 'in':
        return isSettled(run, message) ? carrier.request(message) : undefined;
      case 'fact':
        return carrier.fact(message);
      case 'dead':
        return carrier.aside('dead', message);
      case 'ruling':
        return carrier.ruling(message);
      case 'repair':
        return carrier.repair(message);
      default:
        return undefined;
    }
  };

const isSettled = ({ survey, carrier }: Run, event: InboundMessage): boolean =>
  survey.isSettled(event, carrier.decode, readSubject(event.subject)?.partition ?? 0);

interface Copied {
  readonly subject: string;
  readonly sequence: number;
  readonly from: number;
}

/** Keeps where something lies now that others name. */
const noteNamed = (
  { survey, carrier }: Pick<Run, 'survey' | 'carrier'>,
  { subject, sequence, from }: Copied,
): void => {
  const { root, partition = 0 } = readSubject(subject) ?? {};
  if (root === 'in' && survey.named.has(from)) carrier.events.set(from, { sequence, partition });
  if (root === 'dead') carrier.letters.set(from, { sequence, partition });
};

const surveyOf = async ({ mover, service, journal, begun }: CopyOptions): Promise<Survey> => {
  const survey = new Survey(service.stream, journal);
  const { deadLetters, parked, repairs, states } = subjectsOf(service.stream);
  const takes = [
    [deadLetters, (message: InboundMessage) => survey.takeLetter(message)],
    [parked, (message: InboundMessage) => survey.takeParked(message)],
    [repairs, (message: InboundMessage) => survey.takeRepair(message)],
    [states, (message: InboundMessage) => survey.takeState(message)],
  ] as const;
  for (const [filter, take] of takes) {
    for await (const message of mover.read(filter, 1, begun - 1)) take(message);
  }
  return survey;
};

/** How far somebody has come who was ended. */
interface Progress {
  /** The stream's last message. */
  readonly last: number;
  /** The marks that are written. */
  readonly history: number | undefined;
  readonly end: number | undefined;
  /** What kind the last message copied is, and from where. */
  readonly root: string;
  readonly from: number;
}

const progressOf = async (
  options: CopyOptions,
  survey: Survey,
  carrier: Carrier,
): Promise<Progress> => {
  const { mover, messages, service, begun } = options;
  const last = await mover.lastSequence();
  const history = await markAt(options, 'history');
  const end = await markAt(options, 'copied');
  const { requests, deadLetters } = subjectsOf(service.stream);
  for (const filter of last > begun ? [requests, deadLetters] : []) {
    for await (const { subject, sequence, header } of mover.read(filter, begun + 1, last)) {
      noteNamed({ survey, carrier }, { subject, sequence, from: Number(header(movedFrom)) });
    }
  }
  const latest = await messages.at(last);
  const root = readSubject(latest?.subject ?? '')?.root ?? '';
  const from = last > begun ? Number(latest?.header(movedFrom) ?? 0) : 0;
  return { last, history, end, root, from };
};

const markAt = async (
  { messages, service, begun }: CopyOptions,
  name: MoveMark,
): Promise<number | undefined> => {
  const found = await messages.last(markSubject(service.stream, name));
  return found && found.sequence > begun ? found.sequence : undefined;
};
