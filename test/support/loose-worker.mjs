// A worker process of tests: a service without order, some of whose events fail for a while.
//
// It is the shaky service of `shaky-service.ts` as a process of its own. `FAIL` says which numbers
// fail in how many attempts (`7:2,8:99`), `PAUSE_MS` how long it is until the next one.
import { z } from 'zod';
import { defineEvent } from '../../dist/contracts/define-event.js';
import { defineStream } from '../../dist/contracts/streams.js';
import { token } from '../../dist/infra/di/token.js';
import { defineService } from '../../dist/infra/pipeline/define-service.js';
import { on } from '../../dist/infra/pipeline/handler.js';
import { runWorker } from '../../dist/infra/runtime/run-worker.js';

const stream = defineStream('shaky', 4);
const data = z.object({ key: z.string(), n: z.int(), text: z.string().optional() });
const key = (asked) => asked.key;
const common = { version: 1, stream, data, key };
const ShakyDo = defineEvent({ type: 'shaky.do', kind: 'request', ...common });
const ShakyDone = defineEvent({ type: 'shaky.done', kind: 'fact', ...common });

const failing = new Map(
  (process.env.FAIL ?? '')
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split(':').map(Number)),
);

class DoLoosely {
  handle(asked, { state, attempt }) {
    if (attempt <= (failing.get(asked.n) ?? 0)) throw new Error(`no luck with ${asked.n}`);
    return {
      state: { done: state.done + 1 },
      events: [ShakyDone({ ...asked, text: `attempt ${attempt}` })],
    };
  }
}

await runWorker(
  defineService({
    stream,
    ordering: 'none',
    state: {
      schema: z.object({ done: z.int() }),
      initial: { done: 0 },
      provides: token('LooseStates'),
    },
    routes: [on(ShakyDo, DoLoosely)],
    retry: { maxAttempts: 4, delayMs: () => Number(process.env.PAUSE_MS) },
  }),
);
