import { z } from 'zod';
import { spreadOf } from '../../statistics.ts';
import { defineChart } from '../chart.ts';

const result = z.object({ decisionsPerSecond: z.number(), p50Ms: z.number() });

/** Group commit: what more decisions on their way bring, and what they wait for it. */
export const commitsChart = defineChart({
  name: 'commits',
  from: 'commits',
  title: 'Group commit by decisions on their way',
  figures: z.object({
    rows: z.array(
      z.object({
        replicas: z.number(),
        inFlight: z.number(),
        results: z.array(result).min(1),
      }),
    ),
  }),
  draw: ({ rows }) => {
    const line = (replicas: number, figure: keyof z.infer<typeof result>, axis: number) => ({
      name: `R${replicas}`,
      type: 'line' as const,
      xAxisIndex: axis,
      yAxisIndex: axis,
      data: rows
        .filter((row) => row.replicas === replicas)
        .map(({ inFlight, results }) => [
          inFlight,
          Math.round(spreadOf(results.map((one) => one[figure])).median * 100) / 100,
        ]),
    });
    const replicas = [...new Set(rows.map((row) => row.replicas))];
    const x = {
      type: 'log' as const,
      name: 'in flight',
      nameLocation: 'middle' as const,
      nameGap: 25,
    };
    return {
      grid: [
        { left: 70, right: '54%', top: 90, bottom: 70 },
        { left: '56%', right: 20, top: 90, bottom: 70 },
      ],
      xAxis: [0, 1].map((gridIndex) => ({ ...x, gridIndex })),
      yAxis: [
        { type: 'log', name: 'decisions a second', gridIndex: 0 },
        { type: 'log', name: 'median wait, ms', gridIndex: 1 },
      ],
      series: replicas.flatMap((number) => [
        line(number, 'decisionsPerSecond', 0),
        line(number, 'p50Ms', 1),
      ]),
    };
  },
});
