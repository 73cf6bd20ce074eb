import { z } from 'zod';
import { type DefinedEvent, defineEvent } from './define-event.ts';
import type { ServiceStream } from './streams.ts';

const data = z.object({ key: z.string(), letter: z.int().positive() });

/** What the runtime's own request events say: which dead letter was ruled on, and its key. */
export type RuledLetter = z.infer<typeof data>;

/** The request events that every service handles by itself, its own handlers none the wiser. */
export interface BuiltInEvents {
  /** The dead letter that parks a key is ruled on: what waits behind it may be handled. */
  readonly Resume: DefinedEvent<string, RuledLetter>;
  /** A fact of another service is to be reacted to again. */
  readonly React: DefinedEvent<string, RuledLetter>;
}

/**
 * The built-in request events of a service: `<service>.millrace-resume` and `….millrace-react`.
 *
 * Anybody who may publish can send one; it does nothing that the ruling on record does not say.
 */
export const builtInEvents = (stream: ServiceStream): BuiltInEvents => {
  const common = { version: 1, kind: 'request', stream, data, personal: ['key'] } as const;
  const key = (said: RuledLetter): string => said.key;
  return {
    Resume: defineEvent({ type: `${stream.service}.millrace-resume`, ...common, key }),
    React: defineEvent({ type: `${stream.service}.millrace-react`, ...common, key }),
  };
};
