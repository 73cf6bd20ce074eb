import { z } from 'zod';
import { count } from '../../../src/cli/terminal/figures.ts';
import { spreadOf } from '../../statistics.ts';
import { defineChart } from '../chart.ts';

/** How long the slower events take: by share of the events that are not slower. */
export const latencyChart = defineChart({
  name: 'latency',
  from: 'latency',
  title: 'From publishing to the handler, and to the committed fact',
  figures: z.object({
    curve: z.array(z.number()),
    rows: z.array(
      z.object({
        way: z.string(),
        perSecond: z.number(),
        results: z.array(z.object({ curveMs: z.array(z.number()) })).min(1),
      }),
    ),
  }),
  draw: ({ curve, rows }) => ({
    grid: { left: 60, right: 20, top: 80, bottom: 90 },
    xAxis: {
      type: 'category',
      data: curve.map((share) => `p${share * 100}`),
      name: 'share of the events',
      nameLocation: 'middle',
      nameGap: 28,
    },
    yAxis: { type: 'log', name: 'ms' },
    series: rows.map(({ way, perSecond, results }) => ({
      name: `${way}, ${count(perSecond)}/s`,
      type: 'line',
      symbolSize: 5,
      data: curve.map((_, at) => median(results.map(({ curveMs }) => curveMs[at] ?? Number.NaN))),
    })),
  }),
});

const median = (values: readonly number[]): number =>
  Math.round(spreadOf(values).median * 1000) / 1000;
