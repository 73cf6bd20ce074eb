import { z } from 'zod';
import { defineEvent } from '../../src/contracts/define-event.ts';
import { defineStream } from '../../src/contracts/streams.ts';
import { token } from '../../src/infra/di/token.ts';
import { defineService, type KeyStates } from '../../src/infra/pipeline/define-service.ts';
import { PermanentError } from '../../src/infra/pipeline/errors.ts';
import { type Decision, type EventHandler, on } from '../../src/infra/pipeline/handler.ts';

/** A service that says again what another one says, as long as a test lets it. */
const sourceStream = defineStream('source', 4);
const stream = defineStream('echo', 4);
const data = z.object({ key: z.string(), n: z.int(), text: z.string().default('') });
type Said = z.infer<typeof data>;
const common = { version: 1, data, key: ({ key }: Said) => key };

export const SourceSaid = defineEvent({
  type: 'source.said',
  kind: 'fact',
  stream: sourceStream,
  ...common,
});

export const EchoSay = defineEvent({ type: 'echo.say', kind: 'request', stream, ...common });
export const EchoStale = defineEvent({ type: 'echo.stale', kind: 'request', stream, ...common });
const EchoSaid = defineEvent({ type: 'echo.said', kind: 'fact', stream, ...common });

interface Count {
  readonly count: number;
}

/** What fails at the moment, by the number of the event. */
export const broken = new Set<number>();

const refuse = (n: number): void => {
  if (broken.has(n)) throw new PermanentError(`no luck with ${n}`);
};

class Repeat implements EventHandler<Said> {
  handle({ key, n }: Said): Decision {
    refuse(n);
    return { events: [EchoSay({ key, n: n + 1, text: '' })] };
  }
}

class Say implements EventHandler<Said, Count> {
  handle({ key, n }: Said, { state: { count } }: { readonly state: Count }): Decision<Count> {
    refuse(n);
    return { state: { count: count + 1 }, events: [EchoSaid({ key, n, text: '' })] };
  }
}

const States = token<KeyStates<Count>>('EchoStates');

export const echoService = defineService({
  stream,
  state: { schema: z.object({ count: z.int() }), initial: { count: 0 }, provides: States },
  routes: [on(EchoSay, Say), on(EchoStale, Say, { maxAgeMs: 1 })],
  reactions: [on(SourceSaid, Repeat)],
});
