import { defineChart } from '../chart.ts';
import { type FloodCase, floodCases, medianOf } from './flood-cases.ts';

/** The CPU time of an event as something grows: one panel for each thing. */
export const growthChart = defineChart({
  name: 'growth',
  from: 'growth',
  title: 'CPU time of an event, as something grows',
  height: 560,
  figures: floodCases,
  draw: ({ rows }) => {
    const axes = [...new Set(rows.map(({ base }) => base))].map((base) =>
      rows.filter((row) => row.base === base),
    );
    const place = (index: number) => ({
      left: index % 2 === 0 ? 60 : '55%',
      right: index % 2 === 0 ? '53%' : 20,
      top: index < 2 ? 90 : 330,
      height: 150,
    });
    const line = (name: string, figure: 'clientCpuMicros' | 'serverCpuMicros') =>
      axes.map((cases, axis) => ({
        name,
        type: 'line' as const,
        xAxisIndex: axis,
        yAxisIndex: axis,
        data: cases.map((one) => medianOf(one, figure)),
      }));
    return {
      grid: axes.map((_, index) => place(index)),
      xAxis: axes.map((cases, gridIndex) => ({
        type: 'category',
        gridIndex,
        name: subjectOf(cases[0]),
        nameLocation: 'middle',
        nameGap: 25,
        data: cases.map(({ name }) => name.slice(name.lastIndexOf(' ') + 1)),
      })),
      yAxis: axes.map((_, gridIndex) => ({
        type: 'value' as const,
        gridIndex,
        name: 'us an event',
      })),
      series: [...line('client', 'clientCpuMicros'), ...line('server', 'serverCpuMicros')],
    };
  },
});

/** `keys 1,000` is about keys. */
const subjectOf = (one: FloodCase | undefined): string =>
  one?.name.slice(0, one.name.lastIndexOf(' ')) ?? '';
