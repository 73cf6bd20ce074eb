import { type Span, SpanStatusCode } from '@opentelemetry/api';
import type { SaidError } from '../observability/say-error.ts';

/** Marks a span as failed; what the error says was cleared of what is personal before. */
export const recordError = (span: Span, { errorName, error, causes }: SaidError): void => {
  span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.setAttribute('error.type', errorName);
  span.addEvent('exception', {
    'exception.type': errorName,
    'exception.message': error,
    ...(causes ? { 'millrace.causes': [...causes] } : {}),
  });
};
