import { defineChart } from '../chart.ts';
import { type FloodCase, floodCases, medianOf } from './flood-cases.ts';

const kinds = ['reaction', 'watermark', 'state'];

/** What more processes bring, and how many partitions cost. */
export const scalingChart = defineChart({
  name: 'scaling',
  from: 'scaling',
  title: 'By processes, and by partitions',
  figures: floodCases,
  draw: ({ rows }) => {
    const usual = rows.find(({ name, base }) => name === base)?.flood.partitions;
    const byProcesses = rows.filter(({ flood }) => flood.partitions === usual);
    const byPartitions = rows.filter(({ flood }) => flood.processes === 1);
    const line = (cases: readonly FloodCase[], by: 'processes' | 'partitions', axis: number) =>
      kinds.map((kind) => ({
        name: kind,
        type: 'line' as const,
        xAxisIndex: axis,
        yAxisIndex: axis,
        data: cases
          .filter(({ flood }) => flood.kind === kind)
          .map((one) => [String(one.flood[by]), Math.round(medianOf(one, 'eventsPerSecond'))])
          .sort(([one], [other]) => Number(one) - Number(other)),
      }));
    const axis = (name: string, cases: readonly FloodCase[], by: 'processes' | 'partitions') => ({
      type: 'category' as const,
      name,
      nameLocation: 'middle' as const,
      nameGap: 25,
      data: [...new Set(cases.map(({ flood }) => flood[by]))].sort((a, b) => a - b).map(String),
    });
    return {
      grid: [
        { left: 70, right: '54%', top: 90, bottom: 70 },
        { left: '56%', right: 20, top: 90, bottom: 70 },
      ],
      xAxis: [
        { ...axis('processes', byProcesses, 'processes'), gridIndex: 0 },
        { ...axis('partitions, one process', byPartitions, 'partitions'), gridIndex: 1 },
      ],
      yAxis: [
        { type: 'value', name: 'events a second', gridIndex: 0 },
        { type: 'value', name: 'events a second', gridIndex: 1 },
      ],
      series: [...line(byProcesses, 'processes', 0), ...line(byPartitions, 'partitions', 1)],
    };
  },
});
