import { z } from 'zod';
import { defineChart } from '../chart.ts';

const sample = z.object({ events: z.number(), heapUsed: z.number(), rss: z.number() });

/** What a worker has in memory, event after event. */
export const memoryChart = defineChart({
  name: 'memory',
  from: 'memory',
  title: 'A cart worker’s memory, after a collection',
  height: 320,
  figures: z.object({ runs: z.array(z.array(sample)).min(1) }),
  draw: ({ runs: [samples = []] }) => ({
    grid: { left: 60, right: 30, top: 70, bottom: 70 },
    xAxis: { type: 'value', name: 'events', nameLocation: 'middle', nameGap: 25 },
    yAxis: { type: 'value', name: 'MiB' },
    series: (['heapUsed', 'rss'] as const).map((of) => ({
      name: of === 'rss' ? 'resident' : 'heap',
      type: 'line',
      data: samples.map((one) => [one.events, Math.round((one[of] / 2 ** 20) * 10) / 10]),
    })),
  }),
});
