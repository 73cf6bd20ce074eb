import { isTraceParent, type TraceContext } from '../../contracts/trace-context.ts';

const member = '[a-z\\d][a-z\\d_*/@-]{0,255}=[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{1,256}';
const state = new RegExp(`^${member}(?:[ \\t]*,[ \\t]*${member}){0,31}$`);

/** Takes over a valid trace context; an invalid one is left out, as the standard wants it. */
export const readTraceContext = (headers: Readonly<Record<string, unknown>>): TraceContext => {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string' || !isTraceParent(traceparent)) return {};
  return typeof tracestate === 'string' && tracestate.length <= 512 && state.test(tracestate)
    ? { traceparent, tracestate }
    : { traceparent };
};
