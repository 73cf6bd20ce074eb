import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What is answered to whoever asks for a page. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Besides the content type; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

const require = createRequire(import.meta.url);

/** From `src/` and from `dist/` alike: both are three folders below the package. */
const own = (name: string): URL => new URL(`../../../assets/status/${name}`, import.meta.url);

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

/** What the page loads, all of it from here. */
const sources: Readonly<Record<string, readonly [contentType: string, place: string | URL]>> = {
  'live.js': [script, own('live.js')],
  'status.css': [style, own('status.css')],
  'icon.svg': ['image/svg+xml', own('icon.svg')],
  'uplot.js': [script, require.resolve('uplot/dist/uPlot.esm.js')],
  'uplot.css': [style, require.resolve('uplot/dist/uPlot.min.css')],
};

/** Reads them once. @throws when one is missing */
export const readAssets = (): ReadonlyMap<string, Answer> =>
  new Map(
    Object.entries(sources).map(([name, [contentType, place]]) => [
      name,
      {
        ...{ status: 200, contentType, body: readFileSync(place, 'utf8') },
        headers: { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' },
      },
    ]),
  );
