import type { Chart } from './chart.ts';
import { commitsChart } from './charts/commits-chart.ts';
import { peersChart, storesChart } from './charts/compared-chart.ts';
import { growthChart } from './charts/growth-chart.ts';
import { latencyChart } from './charts/latency-chart.ts';
import { layersChart } from './charts/layers-chart.ts';
import { memoryChart } from './charts/memory-chart.ts';
import { scalingChart } from './charts/scaling-chart.ts';

/** Every figure that can be drawn. */
export const charts: readonly Chart[] = [
  layersChart,
  peersChart,
  storesChart,
  scalingChart,
  latencyChart,
  commitsChart,
  growthChart,
  memoryChart,
];
