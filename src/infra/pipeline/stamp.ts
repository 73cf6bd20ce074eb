import type { OutgoingEvent } from '../../contracts/define-event.ts';
import type { Envelope } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { keyToken } from '../../contracts/key-token.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { TraceContext } from '../../contracts/trace-context.ts';
import type { Clock } from './clock.ts';
import { encodeEvent } from './encode.ts';
import { InvalidDecision } from './errors.ts';
import { isoTimes } from './iso-time.ts';
import type { OutboundMessage } from './ports.ts';
import type { IncomingEvent } from './process.ts';
import type { CausedTrace } from './tracing.ts';

/** Makes messages of what a decision states: each gets an id that follows from its cause. */
export type Stamp = (cause: IncomingEvent, events: readonly OutgoingEvent[]) => OutboundMessage[];

/**
 * Envelopes for the events that follow from another one.
 *
 * A fact's id is `<cause id>.<index>`. A request event's is `<cause id>.<name>.<key token>`: which keys
 * a reaction asks may differ when it decides again, but what it asks of one key has the same id, so
 * that the key recognises it. Correlation and trace are the cause's, causation is the cause.
 *
 * @param traceOf where each belongs in the trace, where that is traced
 * @throws InvalidDecision when an event breaks its contract or belongs to another service's stream,
 * which one atomic batch could not reach.
 */
export const stamper = (
  stream: ServiceStream,
  clock: Clock,
  traceOf: CausedTrace = sameTrace,
): Stamp => {
  const source = `/millrace/${stream.service}`;
  const timeNow = isoTimes(clock);
  return (cause, events) => {
    if (events.length === 0) return [];
    const time = timeNow();
    const begin = beginningOfIds(cause.envelope.id);
    const partOf = numbering();
    return events.map((event, index) => {
      const id = `${begin}.${partOf(event, index)}`;
      const trace = traceOf(cause, event);
      return messageOf(stream, envelopeAfter(cause, event, trace, { id, source, time }), event);
    });
  };
};

/** Ids have at most 256 characters, so those after a very long one begin with its hash. */
const beginningOfIds = (causeId: string): string =>
  causeId.length <= 128 ? causeId : keyToken(causeId);

/** The parts of ids for the events of one decision: what makes each of them different. */
const numbering = (): ((event: OutgoingEvent, index: number) => string) => {
  // Made only when something is asked for, which most decisions do not do.
  let times: Map<string, number> | undefined;
  return (event, index) => {
    if (event.contract.kind === 'fact') return String(index);
    times ??= new Map();
    return numbered(requestPart(event), times);
  };
};

const requestPart = ({ contract, data }: OutgoingEvent): string =>
  `${contract.type.slice(contract.type.indexOf('.') + 1)}.${keyToken(contract.key(data))}`;

/** A decision may ask one key for several things of a kind: those after the first are numbered. */
const numbered = (part: string, times: Map<string, number>): string => {
  const count = (times.get(part) ?? 0) + 1;
  times.set(part, count);
  return count === 1 ? part : `${part}.${count}`;
};

/** What a try that nobody traces leads to stays in the trace as it came. */
const sameTrace: CausedTrace = ({ trace, envelope }) => trace ?? envelope;

const envelopeAfter = (
  { envelope: cause }: IncomingEvent,
  { contract }: OutgoingEvent,
  { traceparent, tracestate }: TraceContext,
  { id, source, time }: Pick<Envelope, 'id' | 'source' | 'time'>,
): Envelope => ({
  id,
  type: contract.type,
  source,
  time,
  version: contract.version,
  correlationId: cause.correlationId,
  causationId: cause.id,
  traceparent,
  tracestate,
});

const messageOf = (
  stream: ServiceStream,
  envelope: Envelope,
  event: OutgoingEvent,
): OutboundMessage => {
  const { type, stream: owner } = event.contract;
  if (owner !== stream) {
    throw new InvalidDecision(`${type} belongs to ${owner.name}, not ${stream.name}`);
  }
  try {
    return encodeEvent(event, envelope);
  } catch (cause) {
    if (!(cause instanceof InvalidEvent)) throw cause;
    throw new InvalidDecision(`a handler broke the contract: ${cause.message}`, { cause });
  }
};
