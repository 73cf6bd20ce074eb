/** The W3C trace context of a request. */
export interface TraceContext {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

const parent = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;
const member = '[a-z\\d][a-z\\d_*/@-]{0,255}=[\\x20-\\x2b\\x2d-\\x3c\\x3e-\\x7e]{1,256}';
const state = new RegExp(`^${member}(?:[ \\t]*,[ \\t]*${member}){0,31}$`);

/** Takes over a valid trace context; an invalid one is left out, as the standard wants it. */
export const readTraceContext = (headers: Readonly<Record<string, unknown>>): TraceContext => {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string' || !parent.test(traceparent)) return {};
  return typeof tracestate === 'string' && tracestate.length <= 512 && state.test(tracestate)
    ? { traceparent, tracestate }
    : { traceparent };
};
