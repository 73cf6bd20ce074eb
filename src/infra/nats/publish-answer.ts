import type { Msg } from 'nats';
import type { ApiError } from './errors.ts';

/** What came back for a publish that asked for an answer. */
export type PublishAnswer =
  /** The stream has it; of a duplicate, `sequence` is where the first one lies. */
  | {
      readonly kind: 'stored';
      readonly stream: string;
      readonly sequence: number;
      readonly duplicate: boolean;
    }
  | { readonly kind: 'refused'; readonly error: ApiError }
  /** The broker says that nobody listens on the subject (status 503). */
  | { readonly kind: 'nobody' }
  /** Whatever answered, it was no stream: nothing follows from it. */
  | { readonly kind: 'malformed' };

/** As the broker writes nearly every acknowledgement. */
const usual = /^\{"stream":"([\w-]+)","seq":([1-9]\d{0,14})\}$/;

/**
 * Reads the answer to a publish; never throws.
 *
 * The usual acknowledgement is matched as text, which costs a fraction of decoding and parsing it.
 */
export const readPublishAnswer = (message: Msg): PublishAnswer => {
  const { data } = message;
  if (data.length === 0) {
    return { kind: message.headers?.code === 503 ? 'nobody' : 'malformed' };
  }
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString('utf8');
  const [, stream, sequence] = usual.exec(text) ?? [];
  return stream === undefined ? readAny(text) : stored(stream, Number(sequence), false);
};

const stored = (stream: string, sequence: number, duplicate: boolean): PublishAnswer => ({
  kind: 'stored',
  stream,
  sequence,
  duplicate,
});

const readAny = (text: string): PublishAnswer => {
  const answer = parseObject(text);
  if (!answer) return { kind: 'malformed' };
  const { error, stream, seq, duplicate } = answer;
  if (isApiError(error)) return { kind: 'refused', error };
  const isStored =
    error === undefined && typeof stream === 'string' && stream !== '' && isPosition(seq);
  return isStored ? stored(stream, seq, duplicate === true) : { kind: 'malformed' };
};

const parseObject = (text: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? { ...answer } : undefined;
  } catch {
    return undefined;
  }
};

const isPosition = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;

const isApiError = (error: unknown): error is ApiError =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number';
