import { z } from 'zod';
import { defineEvent } from '../../src/contracts/define-event.ts';
import { defineStream } from '../../src/contracts/streams.ts';
import { token } from '../../src/infra/di/token.ts';
import { defineService, type KeyStates } from '../../src/infra/pipeline/define-service.ts';
import {
  type Decision,
  type EventHandler,
  type HandlingContext,
  on,
} from '../../src/infra/pipeline/handler.ts';
import { exponential } from '../../src/infra/pipeline/retry-policy.ts';

/** A service whose handler does, key by key, what a test says. */
const stream = defineStream('shaky', 4);
const data = z.object({ key: z.string(), n: z.int() });

export const ShakyDo = defineEvent({
  type: 'shaky.do',
  version: 1,
  kind: 'request',
  stream,
  data,
  key: ({ key }) => key,
});

export const ShakyDone = defineEvent({
  type: 'shaky.done',
  version: 1,
  kind: 'fact',
  stream,
  data: data.extend({ text: z.string().optional() }),
  key: ({ key }) => key,
});

type Asked = z.infer<typeof data>;
interface ShakyState {
  readonly done: number;
}

/** What one try does; it may throw, wait, or decide something else than the usual. */
export type Behaviour = (
  context: HandlingContext<ShakyState>,
  asked: Asked,
) => Decision<ShakyState> | undefined | Promise<Decision<ShakyState> | undefined>;

/** What is known of one try. */
export interface Try {
  readonly key: string;
  readonly n: number;
  readonly attempt: number;
  readonly at: number;
}

/** The behaviours by key, and every try so far. */
export const shaky = {
  behaviours: new Map<string, Behaviour>(),
  tries: [] as Try[],
  triesOf: (key: string): Try[] => shaky.tries.filter((one) => one.key === key),
};

class DoShakily implements EventHandler<Asked, ShakyState> {
  async handle(asked: Asked, context: HandlingContext<ShakyState>): Promise<Decision<ShakyState>> {
    shaky.tries.push({ ...asked, attempt: context.attempt, at: performance.now() });
    const decision = await shaky.behaviours.get(asked.key)?.(context, asked);
    return (
      decision ?? { state: { done: context.state.done + 1 }, events: [ShakyDone({ ...asked })] }
    );
  }
}

const States = token<KeyStates<ShakyState>>('ShakyStates');

export const shakyService = defineService({
  stream,
  state: { schema: z.object({ done: z.int() }), initial: { done: 0 }, provides: States },
  routes: [on(ShakyDo, DoShakily)],
  retry: exponential({ maxAttempts: 3, firstMs: 40 }),
});
