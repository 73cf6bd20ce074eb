import { provide } from '../../../src/infra/di/token.ts';
import { runWorker } from '../../../src/infra/runtime/run-worker.ts';
import { LedgerStage, ledger } from './ledger.ts';
import { stageIn } from './perform.ts';

await runWorker(ledger, {
  provide: (scope) => provide(scope, LedgerStage, stageIn(process.env['LEDGER_FOLDER'] ?? '.')),
});
