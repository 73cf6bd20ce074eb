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

export interface LedgerOptions {
  /** @default skip */
  readonly onExhausted?: 'skip' | 'park';
  /** @default key */
  readonly ordering?: 'key' | 'none';
  /** Where there is an order. @default each */
  readonly acknowledge?: 'each' | 'watermark';
}

/** Pauses from a second on are waited for outside, as scheduled messages, where there is no order to keep. */
const retries = {
  key: exponential({ maxAttempts: 4, firstMs: 50, maxMs: 500 }),
  none: exponential({ maxAttempts: 4, firstMs: 2_000, maxMs: 3_000 }),
};

/** Writes down the numbers of each key in the order in which they come. */
export const ledgerService = ({
  onExhausted = 'skip',
  ordering = 'key',
  acknowledge = 'each',
}: LedgerOptions = {}) =>
  defineService({
    stream: ledgerStream,
    state: ledgerState,
    routes: [on(LedgerWrite, WriteDown)],
    retry: retries[ordering],
    onExhausted,
    ordering,
    acknowledge: ordering === 'key' ? acknowledge : 'each',
  });
