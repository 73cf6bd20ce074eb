import type { InboundMessage } from './delivery.ts';
import { PermanentError } from './errors.ts';
import { type CopyKind, eventHeaders } from './event-copy.ts';
import type { MessageReader } from './ports.ts';

/** Reads messages of any stream, given by its name. */
export type MessagesOf = (stream: string) => MessageReader;

/** What was too large for a copy is not where it lay any more. */
export class BodyGone extends PermanentError {
  override readonly name = 'BodyGone';
  /** What is left of the event. */
  readonly rest: InboundMessage;

  constructor(rest: InboundMessage) {
    super(`the body of ${rest.stream} ${rest.sequence} is gone`);
    this.rest = rest;
  }
}

/**
 * The event that a copy holds, as it lay in its stream before it was set aside.
 *
 * What was too large for the copy is read from where it lay.
 *
 * @throws BodyGone when it is not there any more, or was erased; PermanentError, BusUnavailable
 */
export const restored = async (
  kind: CopyKind,
  copy: InboundMessage,
  messages: MessagesOf,
): Promise<InboundMessage> => {
  const copied = copiedEvent(kind, copy);
  if (!copy.header(`millrace-${kind}-body`)) return copied;
  const original = await messages(copied.stream).at(copied.sequence);
  if (original?.subject === copied.subject && original.storedAt === copied.storedAt) {
    return withHeaders(original, eventHeaders(original));
  }
  throw new BodyGone(copied);
};

/** The same, of the copy alone: without its body, where that had no room. @throws PermanentError */
export const copiedEvent = (kind: CopyKind, copy: InboundMessage): InboundMessage => {
  const note = (name: string): string => copy.header(`millrace-${kind}-${name}`) ?? '';
  const place = {
    subject: note('subject'),
    stream: note('stream'),
    sequence: Number(note('sequence')),
    storedAt: Date.parse(note('stored-at')),
  };
  if (place.subject === '' || place.stream === '' || !(place.sequence > 0)) {
    throw new PermanentError(`${copy.stream} ${copy.sequence} is no copy of an event`);
  }
  return withHeaders({ ...copy, ...place }, eventHeaders(copy));
};

/** A message with other headers than it had. */
export const withHeaders = (
  message: InboundMessage,
  headers: Readonly<Record<string, string>>,
): InboundMessage => {
  const folded = new Map(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]));
  return { ...message, header: (name) => folded.get(name), allHeaders: () => headers };
};
