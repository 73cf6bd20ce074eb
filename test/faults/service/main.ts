import { provide } from '../../../src/infra/di/token.ts';
import { runWorker } from '../../../src/infra/runtime/run-worker.ts';
import { LedgerStage, ledgerService } from './ledger.ts';
import { stageIn } from './perform.ts';

const onExhausted = process.env['LEDGER_ON_EXHAUSTED'] === 'park' ? 'park' : 'skip';
const ordering = process.env['LEDGER_ORDERING'] === 'none' ? 'none' : 'key';
// The whole suite runs so when the environment of `npm run faults` says it.
const acknowledge = process.env['LEDGER_ACKNOWLEDGE'] === 'watermark' ? 'watermark' : 'each';

await runWorker(ledgerService({ onExhausted, ordering, acknowledge }), {
  provide: (scope) => provide(scope, LedgerStage, stageIn(process.env['LEDGER_FOLDER'] ?? '.')),
});
