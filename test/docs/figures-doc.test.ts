import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { charts } from '../../bench/plots/charts.ts';
import { render } from '../../bench/plots/render.ts';

const docs = resolve(import.meta.dirname, '../../docs');
const figures = join(docs, 'figures');
const kept = existsSync(figures) ? readdirSync(figures) : [];
const papers = readdirSync(docs).filter((name) => name.endsWith('.md'));
const text = papers.map((name) => readFileSync(join(docs, name), 'utf8')).join('\n');

describe('the figures of the docs', () => {
  it('lie beside the results that they are drawn from', () => {
    const drawn = kept.filter((name) => name.endsWith('.svg'));

    expect(drawn.length).toBeGreaterThan(3);
    for (const name of drawn) {
      const chart = charts.find((one) => `${one.name}.svg` === name);
      expect(kept, name).toContain(`${chart?.from}.json`);
    }
  });

  it('are all shown, and none is missing', () => {
    const shown = [...text.matchAll(/\(figures\/([a-z-]+\.svg)\)/g)].map(([, name]) => name);

    expect([...new Set(shown)].sort()).toEqual(kept.filter((name) => name.endsWith('.svg')).sort());
  });

  it('can be drawn again from their results', () => {
    for (const chart of charts) {
      if (!kept.includes(`${chart.from}.json`)) continue;
      const result = JSON.parse(readFileSync(join(figures, `${chart.from}.json`), 'utf8'));

      expect(render(chart, result), chart.name).toContain('</svg>');
    }
  });
});
