// A worker process of tests: the till of `till-services.ts`, compiled, which takes its time over each
// entry, so that it can be frozen with some of them in its hands.
import { z } from 'zod';
import { defineEvent } from '../../dist/contracts/define-event.js';
import { defineStream } from '../../dist/contracts/streams.js';
import { token } from '../../dist/infra/di/token.js';
import { defineService } from '../../dist/infra/pipeline/define-service.js';
import { on } from '../../dist/infra/pipeline/handler.js';
import { runWorker } from '../../dist/infra/runtime/run-worker.js';

const stream = defineStream('till', Number(process.env.PARTITIONS));
const data = z.object({ key: z.string(), n: z.int() });
const common = { version: 1, stream, data, key: ({ key }) => key };
const TillEnter = defineEvent({ type: 'till.enter', kind: 'request', ...common });
const TillEntered = defineEvent({ type: 'till.entered', kind: 'fact', ...common });

class Enter {
  async handle(entry, { state }) {
    await new Promise((resolve) => setTimeout(resolve, Number(process.env.TAKES_MS)));
    return { state: { count: state.count + 1, last: entry.n }, events: [TillEntered(entry)] };
  }
}

await runWorker(
  defineService({
    stream,
    state: {
      schema: z.object({ count: z.int(), last: z.int() }),
      initial: { count: 0, last: 0 },
      provides: token('SlowTillStates'),
    },
    routes: [on(TillEnter, Enter)],
    onExhausted: 'park',
  }),
);
