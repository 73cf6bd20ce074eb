import { provide } from '../../../src/infra/di/token.ts';
import { runWorker } from '../../../src/infra/runtime/run-worker.ts';
import { LedgerStage, ledgerService } from './ledger.ts';
import { stageIn } from './perform.ts';

const onExhausted = process.env['LEDGER_ON_EXHAUSTED'] === 'park' ? 'park' : 'skip';

await runWorker(ledgerService(onExhausted), {
  provide: (scope) => provide(scope, LedgerStage, stageIn(process.env['LEDGER_FOLDER'] ?? '.')),
});
