import { readEnvelope } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { readSubject } from '../../contracts/streams.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import type { RequestOutcome } from './outcomes.ts';

/** The id of the event whose outcome a stored message is: of a fact its cause, of a dead letter itself. */
export const eventIdOf = ({ subject, header }: InboundMessage): string | undefined => {
  const root = readSubject(subject)?.root;
  if (root !== 'fact' && root !== 'dead') return undefined;
  return unlessInvalid(() => header(root === 'fact' ? 'ce-causationid' : 'ce-id'));
};

/** The outcome that a fact or a dead letter states; nothing for a fact that cannot be read. */
export const readOutcome = ({
  subject,
  header,
  body,
}: InboundMessage): RequestOutcome | undefined => {
  const { root, type = '' } = readSubject(subject) ?? {};
  if (root === 'dead') {
    const reason = header('millrace-dead-reason') ?? 'permanent';
    const error = header('millrace-dead-error') ?? '';
    return { kind: 'dead', reason, error, ...traceIn(header('millrace-dead-traceparent')) };
  }
  return unlessInvalid(() => {
    const defaults = { id: '', type, source: '', time: '' };
    const { envelope, data } = readEnvelope(header, body, defaults);
    return { kind: 'fact', type: envelope.type, data, ...traceIn(envelope.traceparent) };
  });
};

const traceIn = (traceparent: string | undefined) =>
  traceparent === undefined ? {} : { trace: { traceparent } };

/** What somebody else put under these subjects is nobody's outcome. */
const unlessInvalid = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidEvent) return undefined;
    throw error;
  }
};
