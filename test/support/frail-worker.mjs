// A worker process of tests: some of its events fail, some kill it.
//
// It is the shaky service of `shaky-service.ts` as a process of its own, so it is compiled code that
// it is made of. What it does is in its environment: `BREAK`, `FAIL` and `KILL` list numbers of events
// that die at once, that fail as long as they are tried, and that end the process.
import { z } from 'zod';
import { defineEvent } from '../../dist/contracts/define-event.js';
import { defineStream } from '../../dist/contracts/streams.js';
import { token } from '../../dist/infra/di/token.js';
import { defineService } from '../../dist/infra/pipeline/define-service.js';
import { PermanentError } from '../../dist/infra/pipeline/errors.js';
import { on } from '../../dist/infra/pipeline/handler.js';
import { exponential } from '../../dist/infra/pipeline/retry-policy.js';
import { runWorker } from '../../dist/infra/runtime/run-worker.js';

const stream = defineStream('shaky', 4);
const data = z.object({ key: z.string(), n: z.int() });
const key = (asked) => asked.key;
const common = { version: 1, stream, key };
const personal = ['key'];
const ShakyDo = defineEvent({ type: 'shaky.do', kind: 'request', data, personal, ...common });
const ShakyDone = defineEvent({ type: 'shaky.done', kind: 'fact', data, ...common });

const numbersIn = (text = '') => new Set(text.split(',').filter(Boolean).map(Number));
const broken = numbersIn(process.env.BREAK);
const failing = numbersIn(process.env.FAIL);
const killing = numbersIn(process.env.KILL);

class DoFrailly {
  handle(asked, { state }) {
    if (killing.has(asked.n)) process.kill(process.pid, 'SIGKILL');
    if (broken.has(asked.n)) throw new PermanentError(`no luck with ${asked.n}`);
    if (failing.has(asked.n)) {
      throw new Error(`no luck with ${asked.n} this time`, {
        cause: new TypeError('the reason of it'),
      });
    }
    return { state: { done: state.done + 1 }, events: [ShakyDone(asked)] };
  }
}

await runWorker(
  defineService({
    stream,
    state: {
      schema: z.object({ done: z.int() }),
      initial: { done: 0 },
      provides: token('FrailStates'),
    },
    routes: [on(ShakyDo, DoFrailly)],
    retry: exponential({ maxAttempts: 3, firstMs: 40 }),
    onExhausted: process.env.ON_EXHAUSTED ?? 'skip',
  }),
);
