import { type EnvelopeDefaults, readEnvelope, writeHeaders } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { keyToken } from '../../contracts/key-token.ts';
import type { InboundMessage } from './delivery.ts';
import { earlierTry } from './event-copy.ts';
import type { OutboundMessage } from './ports.ts';
import type { EarlierTry, IncomingEvent } from './process.ts';

const redriveTrace = 'millrace-redrive-traceparent';

/** The try in which a redriven event died that was published again; nothing when it was not traced. */
export const diedBefore = ({ envelope, message }: IncomingEvent): EarlierTry | undefined => {
  if (!/\.redrive\.\d+$/.test(envelope.id)) return undefined;
  const traceparent = message.header(redriveTrace);
  return traceparent === undefined ? undefined : { kind: 'dead', traceparent };
};

/** A dead event as it is handled again. */
export interface Redriven extends Pick<OutboundMessage, 'headers'> {
  /** `<id at first>.redrive.<how often>` */
  readonly id: string;
  readonly body: Uint8Array;
}

/**
 * A dead event under a new id: its own bytes and headers, the correlation kept, the dead one as cause.
 *
 * What stands in the document of a structured CloudEvent, its id among it, moves to the headers of
 * binary mode. An envelope that nobody can read stays as it is, but for its id.
 *
 * @param original the event as it lay in its stream before it died
 * @param letter its dead letter
 */
export const redriven = (
  original: InboundMessage,
  letter: Pick<InboundMessage, 'sequence' | 'header'>,
  defaults: EnvelopeDefaults,
): Redriven => {
  const before = Number(original.header('millrace-redrive-count') ?? 0);
  const count = Number.isSafeInteger(before) && before > 0 ? before + 1 : 1;
  const { own, body, id: deadId } = readOwn(original, defaults);
  const first = count > 1 ? (firstId(original) ?? deadId) : deadId;
  const id = `${first.length <= 128 ? first : keyToken(first)}.redrive.${count}`;
  const diedIn = earlierTry('dead', letter)?.traceparent;
  const history = {
    'millrace-redrive-of': String(letter.sequence),
    'millrace-redrive-count': String(count),
    'millrace-redrive-first': encodeURIComponent(first),
    ...(diedIn === undefined ? {} : { [redriveTrace]: diedIn }),
  };
  return { id, body, headers: merged(original.allHeaders(), { ...own(id), ...history }) };
};

interface Own {
  readonly id: string;
  /** The headers of its envelope, under a new id. */
  readonly own: (id: string) => Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const readOwn = (original: InboundMessage, defaults: EnvelopeDefaults): Own => {
  try {
    const { envelope, data } = readEnvelope(original.header, original.body, defaults);
    const isStructured = /cloudevents\+json/i.test(original.header('content-type') ?? '');
    const body = isStructured ? Buffer.from(JSON.stringify(data ?? null)) : original.body;
    const own = (id: string) => writeHeaders({ ...envelope, id, causationId: envelope.id });
    return { id: envelope.id, own, body };
  } catch (error) {
    if (!(error instanceof InvalidEvent)) throw error;
    const own = (id: string) => ({ 'ce-id': encodeURIComponent(id) });
    return { id: defaults.id, own, body: original.body };
  }
};

const firstId = (original: InboundMessage): string | undefined => {
  try {
    return decodeURIComponent(original.header('millrace-redrive-first') ?? '') || undefined;
  } catch {
    return undefined;
  }
};

/** The second ones stand for the first ones of the same name, however that is spelt. */
const merged = (
  headers: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => {
  const kept = Object.entries(headers).filter(([name]) => !(name.toLowerCase() in changes));
  return { ...Object.fromEntries(kept), ...changes };
};
