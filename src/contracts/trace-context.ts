/** Where something belongs in a trace, in the words of W3C Trace Context; nothing when it is in none. */
export interface TraceContext {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** What a `traceparent` says. */
export interface TraceParent {
  /** 32 hexadecimal digits: the same for all of a trace. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span that what carries it was sent in. */
  readonly spanId: string;
  /** Whoever began the trace records it. */
  readonly isSampled: boolean;
}

const layout = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/;

/** True for a `traceparent` that the standard allows: others must be left out, not carried on. */
export const isTraceParent = (text: string): boolean => layout.test(text);

/**
 * True for a `traceparent` which says that nobody records its trace; false for one that is laid out
 * otherwise than the standard allows.
 *
 * Asked for every event, so the usual layout is told by its marks and flags alone: what stands where
 * digits belong is not looked at, unless it could be the zeros that mean nothing (0.04 us, not 0.27).
 */
export const isUnsampled = (text: string): boolean =>
  isUsualAndUnsampled(text) || readTraceParent(text)?.isSampled === false;

const isUsualAndUnsampled = (text: string): boolean =>
  text.length === 55 &&
  text.startsWith('00-') &&
  text[3] !== '0' &&
  text[35] === '-' &&
  text[36] !== '0' &&
  text.endsWith('-00');

/** Reads a `traceparent`; nothing when there is none, or one that the standard does not allow. */
export const readTraceParent = (text: string | undefined): TraceParent | undefined => {
  if (text === undefined || !layout.test(text)) return undefined;
  return {
    traceId: text.slice(3, 35),
    spanId: text.slice(36, 52),
    isSampled: (Number.parseInt(text.slice(53), 16) & 1) === 1,
  };
};
