import { setTimeout as sleep } from 'node:timers/promises';
import { processCpuMicros } from './process-cpu.ts';

/** Waits until a server has done what was left to it, ten seconds at most. @throws the signal's reason */
export const untilIdle = async (pid: number, signal: AbortSignal): Promise<void> => {
  const [pauseMs, most] = [250, 40];
  for (let tries = 0; tries < most; tries++) {
    const before = processCpuMicros(pid);
    await sleep(pauseMs, undefined, { signal });
    const after = processCpuMicros(pid);
    if (before === undefined || after === undefined || after - before <= 20_000) return;
  }
};
