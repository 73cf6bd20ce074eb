import type { Bus } from '../pipeline/ports.ts';

/** What keeps a process from the broker, in words for its readiness; nothing when all is well. */
export const brokerTroubles = (bus: Pick<Bus, 'isConnected' | 'refusals'>): readonly string[] => [
  ...(bus.isConnected() ? [] : ['not connected to the broker']),
  ...(bus.refusals?.() ?? []).map((subject) => `the broker does not permit ${subject}`),
];
