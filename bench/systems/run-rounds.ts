import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { BenchParts } from '../comparison.ts';
import { rotated } from '../statistics.ts';
import { runTask } from '../task-process.ts';
import { type ComparedSample, eventsOf, type LeftOut } from './compared.ts';
import type { ComparedOrder } from './compared-process.ts';
import type { ReadyRow } from './find-rows.ts';
import type { ComparedOptions } from './options.ts';
import { treeCpuMicros } from './tree-cpu.ts';

/** What rows took, one sample a round, and which of them came to no end. */
export interface Rounds {
  /** How many there were. */
  readonly rounds: number;
  readonly samples: ReadonlyMap<string, readonly ComparedSample[]>;
  readonly failed: readonly LeftOut[];
}

/**
 * Runs every row in every round, each upon a system started for it alone.
 *
 * A row that fails is left out from then on. @throws the signal's reason
 */
export const runRounds = async (
  ready: readonly ReadyRow[],
  { rounds, minutes, isQuick }: ComparedOptions,
  parts: BenchParts,
): Promise<Rounds> => {
  const samples = new Map<string, ComparedSample[]>();
  const failed: LeftOut[] = [];
  const until = performance.now() + minutes * 60_000;
  let round = 0;
  for (; round < rounds && (round === 0 || performance.now() < until); round++) {
    for (const [at, one] of rotated(ready, round).entries()) {
      const { name } = one.row;
      if (failed.some((left) => left.name === name)) continue;
      const atShare = (share: number): void =>
        parts.at((round + (at + share) / ready.length) / rounds);
      const sample = await runOne(one, eventsOf(one.row, isQuick), { parts, atShare });
      if (typeof sample === 'string') {
        samples.delete(name);
        failed.push({ name, why: sample });
        parts.note(`${name} is left out from here: ${sample}`);
      } else {
        samples.set(name, [...(samples.get(name) ?? []), sample]);
        parts.note(`round ${round + 1}, ${name} ${Math.round(sample.eventsPerSecond)}/s`);
      }
    }
  }
  return { rounds: round, samples, failed };
};

/** What one row took upon a new system, or why it failed. @throws the signal's reason */
const runOne = async (
  { row, start, program }: ReadyRow,
  events: number,
  { parts, atShare }: { readonly parts: BenchParts; readonly atShare: (share: number) => void },
): Promise<ComparedSample | string> => {
  try {
    await using system = await start(events);
    await untilIdle(system.pids, parts.signal);
    const order: ComparedOrder = {
      module: pathToFileURL(program).href,
      address: system.address,
      serverPids: system.pids,
      events,
      settings: row.settings,
    };
    const onSaid = (count: number): void => atShare(count / events);
    const { signal } = parts;
    return await runTask<ComparedSample, number>('compared', order, { signal, onSaid });
  } catch (error) {
    parts.signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
};

/** Waits until a system has done what filling it left it to do, ten seconds at most. */
const untilIdle = async (pids: readonly number[], signal: AbortSignal): Promise<void> => {
  const [pauseMs, most] = [250, 40];
  for (let tries = 0; tries < most; tries++) {
    const before = treeCpuMicros(pids);
    await sleep(pauseMs, undefined, { signal });
    const after = treeCpuMicros(pids);
    if (before === undefined || after === undefined || after - before <= 20_000) return;
  }
};
