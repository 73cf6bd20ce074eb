import type { Act } from '../service/contract.ts';

/** Lets some events misbehave: one in so many, each as one of these acts says. */
export const oneIn = (many: number, ...acts: readonly Act[]) => ({
  act: (index: number): Act | undefined =>
    index % many === many - 1 ? acts[Math.floor(index / many) % acts.length] : undefined,
});
