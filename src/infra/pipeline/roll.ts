import { z } from 'zod';

const sum = z.object({ count: z.number(), sum: z.number() });

/** What a process says of itself when its service is called. Nothing in it is about a person. */
export const replicaReportSchema = z.object({
  /** No other process has this name. */
  name: z.string(),
  version: z.string(),
  /** Milliseconds since 1970. */
  startedAt: z.number(),
  /** Why it is not ready; empty when it is. */
  notReady: z.array(z.string()),
  /** Events that it holds. */
  inFlight: z.number(),
  /** The partitions that it asks for, by stream. */
  partitions: z.record(z.string(), z.array(z.int())),
  /** What it has counted since it began: settled events by outcome, and times in seconds. */
  totals: z.object({
    settled: z.record(z.string(), z.number()),
    response: sum,
    visible: sum,
  }),
});
export type ReplicaReport = z.infer<typeof replicaReportSchema>;

/** Asks who of a service is there, and answers for this process. */
export interface Roll {
  /** Says what this process answers; until then it answers nothing but that it is there. */
  describe(self: () => Promise<Omit<ReplicaReport, 'name'>>): void;
  /** This process answers for a service from now on. */
  show(service: string): void;
  /** What those say of themselves who answer in time. @throws BusUnavailable without a connection */
  call(service: string, withinMs: number): Promise<readonly ReplicaReport[]>;
  /**
   * Who has announced itself within the last seconds, of a service whose events are in order.
   *
   * @throws BusUnavailable, BusRefused
   */
  announced(service: string): Promise<readonly string[]>;
}
