import { z } from 'zod';
import { spreadOf } from '../../statistics.ts';

const result = z.object({
  eventsPerSecond: z.number(),
  clientCpuMicros: z.number(),
  serverCpuMicros: z.number().optional(),
});

/** The floods of a result. */
export const floodCases = z.object({
  rows: z.array(
    z.object({
      name: z.string(),
      base: z.string(),
      flood: z.object({
        kind: z.string(),
        processes: z.number(),
        partitions: z.number(),
      }),
      results: z.array(result).min(1),
    }),
  ),
});

export type FloodCase = z.infer<typeof floodCases>['rows'][number];

/** The median of the rounds; 0 for what is not known. */
export const medianOf = ({ results }: FloodCase, figure: keyof z.infer<typeof result>): number =>
  Math.round(spreadOf(results.map((one) => one[figure] ?? 0)).median * 100) / 100;
