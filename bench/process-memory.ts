import { readFileSync } from 'node:fs';

/** What a process has in memory, in MiB; nothing where /proc does not say. */
export const residentMiB = (pid: number): number | undefined => {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kib === undefined ? undefined : Number(kib) / 1024;
  } catch {
    return undefined;
  }
};
