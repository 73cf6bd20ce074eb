import type { ServiceStream } from '../../contracts/streams.ts';
import type { TraceContext } from '../../contracts/trace-context.ts';

/** What became of a request event. */
export type RequestOutcome = (
  | /** A fact that it caused: what has happened, or why it was refused. */
  { readonly kind: 'fact'; readonly type: string; readonly data: unknown }
  /** It was set aside as a dead letter. */
  | { readonly kind: 'dead'; readonly reason: string; readonly error: string }
) & {
  /** Where that is in its trace, if it is in one. */
  readonly trace?: TraceContext;
};

/** The outcome of one event, expected from before it is published. */
export interface Expectation extends Disposable {
  /** The first outcome seen; nothing when the time is over or the gateway stops. */
  within(ms: number): Promise<RequestOutcome | undefined>;
  /** The stream has had the event since this sequence: looks there too. */
  lookBack(stream: ServiceStream, sequence: number): void;
}

/** Tells what became of request events. */
export interface Outcomes {
  /** Begins to expect an outcome; before the publish, or it could be missed. */
  expect(eventId: string): Expectation;
  /** Lets everybody who waits go without an outcome. */
  stopWaiting(): void;
}
