import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type DataOf, defineEvent } from '../../../src/contracts/define-event.ts';
import { defineStream } from '../../../src/contracts/streams.ts';
import { injectable } from '../../../src/infra/di/token.ts';
import { defineService } from '../../../src/infra/pipeline/define-service.ts';
import {
  type Decision,
  type EventHandler,
  type HandlingContext,
  on,
} from '../../../src/infra/pipeline/handler.ts';
import { LedgerWritten } from './contract.ts';
import { type LedgerState, ledgerState, withNumber } from './state.ts';

/** The suite's other service: it reacts to the ledger's facts, and writes down in which order it saw them. */
export const mirrorStream = defineStream('mirror');

const MirrorNote = defineEvent({
  type: 'mirror.note',
  version: 1,
  kind: 'request',
  stream: mirrorStream,
  data: z.object({ key: z.string().min(1), place: z.int().positive() }),
  key: ({ key }) => key,
});
type MirrorNote = DataOf<typeof MirrorNote>;

/** So long that whoever is killed has some under way. */
const reactionMs = 20;

@injectable()
class ReflectWritten implements EventHandler<LedgerWritten> {
  async handle({ key, place }: LedgerWritten): Promise<Decision> {
    await sleep(reactionMs);
    return { events: [MirrorNote({ key, place })] };
  }
}

@injectable()
class NoteDown implements EventHandler<MirrorNote, LedgerState> {
  handle({ place }: MirrorNote, { state }: HandlingContext<LedgerState>): Decision<LedgerState> {
    return { state: withNumber(state, place) };
  }
}

/** Its reactions have no state and recognise nothing: only the order of their requests shows what they saw. */
export const mirrorService = defineService({
  stream: mirrorStream,
  state: ledgerState,
  routes: [on(MirrorNote, NoteDown)],
  reactions: [on(LedgerWritten, ReflectWritten)],
});
