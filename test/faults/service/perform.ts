import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError } from '../../../src/infra/pipeline/errors.ts';
import type { Act } from './contract.ts';

/** What an act needs of the world: a memory that outlives processes, and a way to die. */
export interface Stage {
  /** Remembers that the act of an event is being tried, and says how often it was before. */
  triesBefore(eventId: string): number;
  die(): void;
}

/** A stage whose memory is a folder: one file a try. */
export const stageIn = (folder: string): Stage => ({
  triesBefore: (eventId) => {
    const own = join(folder, eventId.replace(/[^A-Za-z0-9_-]/g, '_'));
    mkdirSync(own, { recursive: true });
    const before = readdirSync(own).length;
    writeFileSync(join(own, String(before)), '');
    return before;
  },
  die: () => process.kill(process.pid, 'SIGKILL'),
});

/** Does what an event asks for before it is decided. @throws what the act says */
export const perform = async (act: Act | undefined, eventId: string, stage: Stage) => {
  if (!act) return;
  if (act.kind === 'slow') return void (await sleep(act.ms));
  if (act.kind === 'block') return blockFor(act.ms);
  if (act.kind === 'refuse') throw new PermanentError('this number is never written');
  if (stage.triesBefore(eventId) >= act.times) return;
  if (act.kind === 'fail') throw new Error('this try fails');
  if (act.kind === 'die') stage.die();
  // A process that has told itself to die goes on for a moment: it must not decide meanwhile.
  await new Promise(() => {});
};

const blockFor = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until; );
};
