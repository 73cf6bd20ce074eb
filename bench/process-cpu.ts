import { readFileSync } from 'node:fs';

/** Linux counts the time of other processes in ticks of 10 ms. */
const tickMicros = 10_000;

/** The CPU time that a process has used so far, in microseconds; nothing where /proc does not say. */
export const processCpuMicros = (pid: number): number | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in parentheses, which may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * tickMicros;
  } catch {
    return undefined;
  }
};
