import { provide } from '../../../src/infra/di/token.ts';
import type { AnyService } from '../../../src/infra/pipeline/define-service.ts';
import { workerEnvironment } from '../../../src/infra/runtime/config.ts';
import { runProcess } from '../../../src/infra/runtime/run-process.ts';
import { startService } from '../../../src/infra/runtime/start-service.ts';
import { systemClock } from '../../../src/infra/runtime/system-clock.ts';
import { LedgerStage, ledgerService } from '../service/ledger.ts';
import { stageIn } from '../service/perform.ts';
import { type Sabotage, sabotages } from './sabotage.ts';

/** The ledger as a process, with a defect planted between the runtime and the broker. */
const sabotage = process.env['SABOTAGE'] as Sabotage;
const ledger = ledgerService();
const service: AnyService = sabotage === 'ignore-pin' ? { ...ledger, ordering: 'none' } : ledger;

await runProcess({
  name: ledger.name,
  environment: workerEnvironment,
  contracts: ledger.routes.map(({ contract }) => contract),
  start: (open, environment) =>
    startService(service, {
      ...open,
      bus: sabotages[sabotage](open.bus),
      environment,
      clock: systemClock,
      provide: (scope) => provide(scope, LedgerStage, stageIn(process.env['LEDGER_FOLDER'] ?? '.')),
    }),
});
