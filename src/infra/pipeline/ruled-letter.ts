import type { RuledLetter } from '../../contracts/built-in.ts';
import { type Ruling, rulingSchema } from '../../contracts/ruling.ts';
import { readSubject, rulingSubject, type ServiceStream } from '../../contracts/streams.ts';
import type { InboundMessage } from './delivery.ts';
import { PermanentError } from './errors.ts';
import type { MessagesOf } from './restore-event.ts';

/** A dead letter and what was decided about it. */
export interface Ruled {
  readonly letter: InboundMessage;
  readonly ruling: Ruling;
}

/**
 * Reads what is on record: the order that is being followed only says where to look.
 *
 * @throws PermanentError when there is no such letter of the key, or nobody ruled on it; BusUnavailable
 */
export const readRuled = async (
  stream: ServiceStream,
  { key, letter: sequence }: RuledLetter,
  messages: MessagesOf,
): Promise<Ruled> => {
  const letter = await messages(stream.name).at(sequence);
  const place = letter && readSubject(letter.subject);
  if (place?.root !== 'dead' || keyOf(letter) !== key) {
    throw new PermanentError(`${stream.name} ${sequence} is no dead letter of this key`);
  }
  const found = await messages(stream.name).last(rulingSubject(stream, place.partition, sequence));
  const ruling = found && rulingOf(found);
  if (!letter || !ruling) {
    throw new PermanentError(`nobody has ruled on the dead letter ${sequence}`);
  }
  return { letter, ruling };
};

/** The ruling that a message holds. @throws TypeError when it holds none */
export const rulingOf = ({ body, sequence }: InboundMessage): Ruling => {
  try {
    return rulingSchema.parse(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch {
    throw new TypeError(`the ruling at sequence ${sequence} cannot be read`);
  }
};

/** The id of the event that a dead letter holds. */
export const deadIdOf = (letter: InboundMessage): string =>
  decodeURIComponent(letter.header('millrace-dead-id') ?? '');

/** The type under which the event of a dead letter was published. */
export const deadTypeOf = (letter: InboundMessage): string =>
  readSubject(letter.header('millrace-dead-subject') ?? '')?.type ?? 'unknown';

/** The key that a dead letter names; nothing when there is none. */
export const keyOf = (letter: InboundMessage | undefined): string | undefined => {
  const noted = letter?.header('millrace-dead-key');
  return noted === undefined ? undefined : decodeURIComponent(noted);
};
