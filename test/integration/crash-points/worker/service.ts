import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { defineEvent } from '../../../../src/contracts/define-event.ts';
import { defineStream } from '../../../../src/contracts/streams.ts';
import { token } from '../../../../src/infra/di/token.ts';
import { defineService, type KeyStates } from '../../../../src/infra/pipeline/define-service.ts';
import { PermanentError } from '../../../../src/infra/pipeline/errors.ts';
import type {
  Decision,
  EventHandler,
  HandlingContext,
} from '../../../../src/infra/pipeline/handler.ts';
import { on } from '../../../../src/infra/pipeline/handler.ts';
import { die } from './die.ts';
import type { PlaceInService } from './moment.ts';

const entry = z.object({ key: z.string(), n: z.int() });
const asked = entry.extend({
  isRefused: z.boolean().optional(),
  /** Its first attempt fails. */
  isPostponed: z.boolean().optional(),
  ms: z.int().optional(),
  secret: z.string().optional(),
});
type Asked = z.infer<typeof asked>;

const state = z.object({ numbers: z.array(z.int()) });
type State = z.infer<typeof state>;

/** The contracts of a service that writes down numbers, and of one whose facts it reacts to. */
export const contractsOf = (name: string, dieIn?: PlaceInService) => {
  const stream = defineStream(name, 2);
  const others = defineStream(`${name}-others`, 2);
  return {
    stream,
    others,
    Write: defineEvent({
      type: `${name}.write`,
      version: 1,
      kind: 'request',
      stream,
      data: asked,
      key: ({ key, n }) => (dieIn === 'decode' && n === 2 ? die('decode') : key),
      secret: ['secret'],
    }),
    Written: defineEvent({
      type: `${name}.written`,
      version: 1,
      kind: 'fact',
      stream,
      data: entry,
      key: ({ key }) => key,
    }),
    Happened: defineEvent({
      type: `${name}-others.happened`,
      version: 1,
      kind: 'fact',
      stream: others,
      data: z.object({ asks: z.int() }),
      key: () => 'any',
    }),
  };
};

/** The service of a test; with a place it ends its process there, at the second number of a key. */
export const serviceOf = (
  name: string,
  dieIn?: PlaceInService,
  ordering: 'key' | 'none' = 'key',
  acknowledge: 'each' | 'watermark' = 'each',
) => {
  const { stream, Write, Written, Happened } = contractsOf(name, dieIn);

  class WriteDown implements EventHandler<Asked, State> {
    async handle(
      { key, n, isRefused, isPostponed, ms = 0 }: Asked,
      context: HandlingContext<State>,
    ): Promise<Decision<State>> {
      await sleep(ms);
      const isIt = n === 2;
      if (dieIn === 'handler' && isIt) die('handler');
      if (isPostponed && context.attempt === 1) throw new Error('not yet');
      if (isRefused) throw new PermanentError('this one is never written');
      const events = [Written({ key, n })];
      return {
        state: { numbers: [...context.state.numbers, n] },
        // Looked at after the handler has returned.
        get events() {
          return dieIn === 'decision' && isIt ? die('decision') : events;
        },
      };
    }
  }

  /** Asks a key of its own for each number. */
  class AskMany implements EventHandler<{ asks: number }> {
    handle({ asks }: { asks: number }): Decision {
      return { events: Array.from({ length: asks }, (_, n) => Write({ key: `k${n}`, n })) };
    }
  }

  return defineService({
    stream,
    ordering,
    acknowledge,
    retry: { maxAttempts: 5, delayMs: () => 1_200 },
    state: {
      schema: state,
      initial: { numbers: [] },
      provides: token<KeyStates<State>>(`${name}-states`),
    },
    routes: [on(Write, WriteDown)],
    reactions: [on(Happened, AskMany)],
  });
};
