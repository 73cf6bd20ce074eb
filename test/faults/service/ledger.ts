import { inject, injectable, token } from '../../../src/infra/di/token.ts';
import { defineService } from '../../../src/infra/pipeline/define-service.ts';
import type {
  Decision,
  EventHandler,
  HandlingContext,
} from '../../../src/infra/pipeline/handler.ts';
import { on } from '../../../src/infra/pipeline/handler.ts';
import { exponential } from '../../../src/infra/pipeline/retry-policy.ts';
import { LedgerWrite, LedgerWritten, ledgerStream } from './contract.ts';
import { perform, type Stage } from './perform.ts';
import { type LedgerState, ledgerState, withNumber } from './state.ts';

export const LedgerStage = token<Stage>('LedgerStage');

@injectable()
class WriteDown implements EventHandler<LedgerWrite, LedgerState> {
  constructor(@inject(LedgerStage) private readonly stage: Stage) {}

  async handle(
    { key, n, act }: LedgerWrite,
    { state, event }: HandlingContext<LedgerState>,
  ): Promise<Decision<LedgerState>> {
    await perform(act, event.id, this.stage);
    const next = withNumber(state, n);
    return { state: next, events: [LedgerWritten({ key, n, place: next.count })] };
  }
}

/** Writes down the numbers of each key in the order in which they come. */
export const ledgerService = (onExhausted: 'skip' | 'park' = 'skip') =>
  defineService({
    stream: ledgerStream,
    state: ledgerState,
    routes: [on(LedgerWrite, WriteDown)],
    retry: exponential({ maxAttempts: 4, firstMs: 50, maxMs: 500 }),
    onExhausted,
  });
