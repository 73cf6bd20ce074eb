// The repartitioning of the till of `till-services.ts` as a process of its own, compiled, that ends
// itself by SIGKILL: `AT` is the step after which it does, `TIMES` how often that has to come first.
import { z } from 'zod';
import { repartition } from '../../dist/cli/repartition/repartition.js';
import { defineEvent } from '../../dist/contracts/define-event.js';
import { defineStream } from '../../dist/contracts/streams.js';
import { token } from '../../dist/infra/di/token.js';
import { defineService } from '../../dist/infra/pipeline/define-service.js';
import { on } from '../../dist/infra/pipeline/handler.js';

const { NATS_URL, FROM, PARTITIONS, AT, TIMES = '1' } = process.env;
const stream = defineStream('till', Number(FROM));
const data = z.object({ key: z.string(), n: z.int() });
const common = { version: 1, stream, data, key: ({ key }) => key };
const TillEnter = defineEvent({ type: 'till.enter', kind: 'request', ...common });
defineEvent({ type: 'till.entered', kind: 'fact', ...common });

class Enter {
  handle() {
    return {};
  }
}

const service = defineService({
  stream,
  state: {
    schema: z.object({ count: z.int(), last: z.int() }),
    initial: { count: 0, last: 0 },
    provides: token('TillStates'),
  },
  routes: [on(TillEnter, Enter)],
  onExhausted: 'park',
});

let left = Number(TIMES);
const result = await repartition({
  service,
  services: [service],
  partitions: Number(PARTITIONS),
  dryRun: false,
  broker: { servers: [NATS_URL], name: 'repartition', replicas: 1, storage: 'file' },
  signal: new AbortController().signal,
  leaseMs: 1_000,
  onStep: (step) => {
    if (step === AT && --left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write(result.kind);
process.exit(0);
