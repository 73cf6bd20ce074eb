import type { Ruling } from '../../contracts/ruling.ts';
import { rulingSubject, type ServiceStream, subjectsOf } from '../../contracts/streams.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import { BusRefused } from '../../infra/pipeline/errors.ts';
import type { Bus } from '../../infra/pipeline/ports.ts';
import { rulingOf } from '../../infra/pipeline/ruled-letter.ts';
import { type Letter, letterOf } from './letter.ts';

/** Which dead letters are meant; what is not said lets all pass. */
export interface Selection {
  /** References (`cart/123`) and ids of events. */
  readonly names: readonly string[];
  readonly reasons: readonly string[];
  readonly keys: readonly string[];
  readonly types: readonly string[];
  /** When they died, milliseconds since 1970. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** Those that somebody has ruled on too. */
  readonly all: boolean;
  readonly limit: number | undefined;
}

/** Up to where the dead letters of each stream go: what comes later is not part of it. */
export type Snapshot = ReadonlyMap<ServiceStream, number>;

/** What is there now. Streams that do not exist have none. @throws BusUnavailable */
export const takeSnapshot = async (
  bus: Bus,
  streams: readonly ServiceStream[],
): Promise<Snapshot> => {
  const ends = streams.map(async (stream): Promise<[ServiceStream, number]> => {
    const last = await ifThere(bus.messages(stream.name).last(subjectsOf(stream).deadLetters));
    return [stream, last?.sequence ?? 0];
  });
  return new Map(await Promise.all(ends));
};

const ifThere = async <T>(reading: Promise<T>): Promise<T | undefined> => {
  try {
    return await reading;
  } catch (error) {
    const hasNoStream = error instanceof BusRefused && error.message.includes('(10059)');
    if (hasNoStream) return undefined;
    throw error;
  }
};

/** The selected dead letters of a snapshot, one by one, in the order of their streams. */
export async function* selectLetters(
  bus: Bus,
  snapshot: Snapshot,
  selection: Selection,
): AsyncGenerator<Letter> {
  let left = selection.limit ?? Number.POSITIVE_INFINITY;
  for (const [stream, end] of snapshot) {
    for await (const letter of lettersOf(bus, stream, end, selection)) {
      if (left-- <= 0) return;
      yield letter;
    }
  }
}

async function* lettersOf(
  bus: Bus,
  stream: ServiceStream,
  end: number,
  selection: Selection,
): AsyncGenerator<Letter> {
  const messages = bus.messages(stream.name);
  const { deadLetters } = subjectsOf(stream);
  for (let from = 1; from <= end; ) {
    const message = await messages.next(deadLetters, from);
    if (!message || message.sequence > end) return;
    from = message.sequence + 1;
    const letter = letterOf(stream, message, undefined);
    if (!isSelected(letter, selection)) continue;
    const ruling = await rulingOn(bus, stream, message);
    if (!ruling || selection.all) yield { ...letter, ruling };
  }
}

const rulingOn = async (
  bus: Bus,
  stream: ServiceStream,
  { subject, sequence }: InboundMessage,
): Promise<Ruling | undefined> => {
  const partition = Number(subject.split('.')[2]);
  const found = await bus.messages(stream.name).last(rulingSubject(stream, partition, sequence));
  return found && rulingOf(found);
};

const isSelected = (letter: Letter, { since, until, ...selection }: Selection): boolean =>
  isAmong(selection.names, letter.reference, letter.id) &&
  isAmong(selection.reasons, letter.reason) &&
  isAmong(selection.types, letter.type) &&
  isAmong(selection.keys, letter.key) &&
  letter.diedAt >= (since ?? Number.NEGATIVE_INFINITY) &&
  letter.diedAt <= (until ?? Number.POSITIVE_INFINITY);

const isAmong = (wanted: readonly string[], ...found: readonly (string | undefined)[]): boolean =>
  wanted.length === 0 || found.some((one) => one !== undefined && wanted.includes(one));
