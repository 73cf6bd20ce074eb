import { init } from 'echarts';
import type { Chart } from './chart.ts';

const width = 860;

/** A chart of these results as the text of an SVG file; no browser has a hand in it. */
export const render = ({ height, optionOf }: Chart, result: unknown): string => {
  const drawing = init(undefined, undefined, { renderer: 'svg', ssr: true, width, height });
  try {
    drawing.setOption(optionOf(result));
    return drawing.renderToSVGString();
  } finally {
    drawing.dispose();
  }
};
