import type { Attributes } from '@opentelemetry/api';
import { idsOf } from '../observability/said-id.ts';
import type { IncomingEvent, Outcome } from '../pipeline/process.ts';

/** What every span about a stream says, in OpenTelemetry's words for messaging. */
export const messaging = (
  operation: 'send' | 'create' | 'process',
  stream: string,
): Attributes => ({
  'messaging.system': 'nats',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation,
  'messaging.destination.name': stream,
});

/** The name of an event in the name of a span: one without a route is any of endlessly many. */
export const typeOf = ({ route }: IncomingEvent): string => route?.contract.type ?? 'unknown';

/** What a try says of its event: where it lay and how it got here, nothing of its data or key. */
export const attributesOf = (event: IncomingEvent, group: string): Attributes => {
  const { envelope, message, place, attempt, deliveries, postponed } = event;
  const said = idsOf(event);
  return {
    ...messaging('process', message.stream),
    'messaging.consumer.group.name': group,
    'messaging.destination.partition.id': String(place.partition),
    'messaging.message.id': said(envelope.id),
    'messaging.message.conversation_id': said(envelope.correlationId),
    'messaging.message.body.size': message.body.length,
    'cloudevents.event_id': said(envelope.id),
    'cloudevents.event_source': envelope.source,
    'cloudevents.event_type': typeOf(event),
    'millrace.sequence': message.sequence,
    'millrace.attempt': attempt,
    'millrace.deliveries': deliveries + (postponed?.deliveries ?? 0),
    ...(envelope.causationId === undefined
      ? {}
      : { 'millrace.causation_id': said(envelope.causationId) }),
  };
};

/** What became of a try, as `millrace_events_settled_total` counts it. */
export const outcomeOf = (outcome: Outcome): string => {
  if (outcome.kind !== 'done') return outcome.kind;
  return outcome.how === 'handled' ? 'done' : outcome.how;
};
