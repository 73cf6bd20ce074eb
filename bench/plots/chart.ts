import type { EChartsOption } from 'echarts';
import { z } from 'zod';
import { sayMachine } from '../machine.ts';

/** A figure: which results it is drawn from, and how. */
export interface Chart {
  /** The name of its file, `<name>.svg`. */
  readonly name: string;
  /** The results that it is drawn from, `<from>.json`. */
  readonly from: string;
  readonly height: number;
  /** @throws ZodError when the results are not of its kind */
  readonly optionOf: (result: unknown) => EChartsOption;
}

const machine = z.object({
  processor: z.string(),
  processors: z.number(),
  memoryGiB: z.number(),
  system: z.string(),
  node: z.string(),
  natsServer: z.string(),
  loadBefore: z.number(),
});

/** What a chart says of itself. */
export interface ChartDefinition<Figures> {
  readonly name: string;
  readonly from: string;
  /** What the figures of the results must be. */
  readonly figures: z.ZodType<Figures>;
  readonly title: string;
  /** @default 380 */
  readonly height?: number;
  readonly draw: (figures: Figures) => EChartsOption;
}

/** Colours that differ for the colour-blind too (Okabe and Ito). */
const color = ['#0072b2', '#e69f00', '#009e73', '#d55e00', '#cc79a7', '#56b4e9', '#999999'];

/** Makes a chart of results that are checked before they are drawn. */
export const defineChart = <Figures>(definition: ChartDefinition<Figures>): Chart => ({
  name: definition.name,
  from: definition.from,
  height: definition.height ?? 380,
  optionOf: (result) => {
    const on = z.object({ machine }).parse(result).machine;
    return {
      animation: false,
      backgroundColor: '#fff',
      textStyle: { fontFamily: 'sans-serif' },
      color,
      title: {
        text: definition.title,
        subtext: sayMachine(on),
        textStyle: { fontSize: 15 },
        subtextStyle: { fontSize: 10 },
      },
      legend: { bottom: 0, itemGap: 30 },
      ...definition.draw(definition.figures.parse(result)),
    };
  },
});
