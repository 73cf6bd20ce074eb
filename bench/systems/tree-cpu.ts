import { readFileSync } from 'node:fs';

/** Linux counts the time of other processes in ticks of 10 ms. */
const tickMicros = 10_000;

/**
 * The CPU time that processes and all that they started have used so far, in microseconds; nothing
 * where /proc does not say, or when one has ended.
 */
export const treeCpuMicros = (pids: readonly number[]): number | undefined => {
  let sum = 0;
  for (const pid of pids) {
    const own = processTicks(pid);
    if (own === undefined) return undefined;
    // A child that ended meanwhile counts with its parent.
    for (const one of [own, ...childrenOf(pid).map(treeTicks)]) sum += one * tickMicros;
  }
  return sum;
};

const treeTicks = (pid: number): number =>
  childrenOf(pid).reduce((sum, child) => sum + treeTicks(child), processTicks(pid) ?? 0);

/** Of the process and of those of its children that have ended. */
const processTicks = (pid: number): number | undefined => {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the program's name in parentheses, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
};

const childrenOf = (pid: number): number[] =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? '')
    .split(' ')
    .filter((child) => child !== '')
    .map(Number);

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
};
