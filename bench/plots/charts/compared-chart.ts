import { z } from 'zod';
import { count } from '../../../src/cli/terminal/figures.ts';
import { spreadOf } from '../../statistics.ts';
import { type Chart, defineChart } from '../chart.ts';

const figures = z.object({
  rows: z
    .array(
      z.object({
        title: z.string(),
        base: z.string().optional(),
        eventsPerSecond: z.array(z.number()).min(1),
      }),
    )
    // One event after the other is no rate: rows with another base than the first are in the table.
    .transform((rows) => rows.filter(({ base }) => base === rows[0]?.base)),
});

/** Systems beside each other: how many events a second each gets done. */
const comparedChart = (from: 'peers' | 'stores', title: string): Chart =>
  defineChart({
    name: from,
    from,
    title,
    height: 420,
    figures,
    draw: ({ rows }) => ({
      legend: { show: false },
      grid: { left: 300, right: 70, top: 60, bottom: 40 },
      xAxis: { type: 'value', name: 'events a second', nameLocation: 'middle', nameGap: 25 },
      yAxis: {
        type: 'category',
        data: rows.map((row) => row.title),
        inverse: true,
        axisLabel: { width: 285, overflow: 'break', fontSize: 10 },
      },
      series: [
        {
          type: 'bar',
          data: rows.map(({ eventsPerSecond }) => Math.round(spreadOf(eventsPerSecond).median)),
          label: {
            show: true,
            position: 'right',
            formatter: ({ value }) => count(Number(value)),
          },
        },
      ],
    }),
  });

export const peersChart = comparedChart(
  'peers',
  'Millrace and its peers (the work differs: see the table)',
);
export const storesChart = comparedChart('stores', 'State and fact, once: Millrace and other ways');
