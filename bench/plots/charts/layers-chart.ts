import { z } from 'zod';
import { defineChart } from '../chart.ts';

/** Layers that take less of every row than this are drawn together. */
const leastMicros = 0.3;

/** Where the client's microseconds of an event go. */
export const layersChart = defineChart({
  name: 'layers',
  from: 'profile',
  title: 'Where an event’s microseconds go in the client',
  height: 420,
  figures: z.object({
    rows: z.array(
      z.object({ row: z.string(), layers: z.array(z.tuple([z.string(), z.number()])) }),
    ),
  }),
  draw: ({ rows }) => {
    const busy = rows.map(({ row, layers }) => ({
      row,
      layers: new Map(layers.filter(([layer]) => layer !== 'idle')),
    }));
    const names = [...new Set(busy.flatMap(({ layers }) => [...layers.keys()]))];
    const isLarge = (name: string): boolean =>
      busy.some(({ layers }) => (layers.get(name) ?? 0) >= leastMicros);
    const small = names.filter((name) => !isLarge(name));
    const sum = (layers: ReadonlyMap<string, number>): number =>
      small.reduce((total, name) => total + (layers.get(name) ?? 0), 0);
    const drawn = [
      ...names.filter(isLarge).map((name) => ({
        name,
        data: busy.map(({ layers }) => round(layers.get(name) ?? 0)),
      })),
      { name: 'the rest', data: busy.map(({ layers }) => round(sum(layers))) },
    ];
    return {
      grid: { left: 110, right: 20, top: 60, bottom: 130 },
      xAxis: { type: 'value', name: 'us an event', nameLocation: 'middle', nameGap: 25 },
      yAxis: { type: 'category', data: busy.map(({ row }) => row), inverse: true },
      series: drawn.map((one) => ({ ...one, type: 'bar', stack: 'layers' })),
    };
  },
});

const round = (micros: number): number => Math.round(micros * 100) / 100;
