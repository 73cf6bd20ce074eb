import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { boards } from '../../k8s/observability/dashboards/source/boards.ts';
import {
  dashboardText,
  marks,
} from '../../k8s/observability/dashboards/source/grafana-dashboard.ts';
import type { Query } from '../../k8s/observability/dashboards/source/panel.ts';

/** A query of a panel in a file, as far as it is looked at here. */
interface Target {
  readonly datasource: { readonly uid: string };
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant?: boolean;
}

/** A panel in a file, as far as it is looked at here. */
export interface FilePanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string; readonly min?: number } };
  readonly targets?: readonly Target[];
}

/** A dashboard in its file, as far as it is looked at here. */
export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly editable: boolean;
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly definition?: string;
      readonly refresh?: number;
      readonly allValue?: string;
    }[];
  };
  readonly panels: readonly FilePanel[];
}

/** The folder of the dashboards. */
export const dashboardFolder = join(import.meta.dirname, '../../k8s/observability/dashboards');

/** The names of the dashboards' files. */
export const dashboardNames = (): readonly string[] =>
  readdirSync(dashboardFolder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();

/** What the code makes, which the files are held against. */
export const dashboards = boards.map((board) => {
  const text = dashboardText(board);
  return { name: board.name, text, ...(JSON.parse(text) as DashboardFile) };
});

/** Every panel that shows something, with the dashboard that it is on. */
export const shownPanels = dashboards.flatMap(({ name, panels }) =>
  panels.filter(({ type }) => type !== 'row').map((panel) => ({ board: name, ...panel })),
);

/** Every query of every panel, and what is marked in all of them. */
export const queries: readonly (Query & { readonly place: string; readonly instant: boolean })[] = [
  ...boards.flatMap(({ name, sections }) =>
    sections.flatMap(({ panels }) =>
      panels.flatMap(({ title, look, queries: asked }) =>
        asked.map((query) => ({
          ...query,
          place: `${name}: ${title}: ${query.legend}`,
          instant: look === 'stat' || look === 'table' || look === 'bars',
        })),
      ),
    ),
  ),
  {
    place: 'marks: alerts',
    legend: 'alerts',
    expr: marks.alerts,
    emptyWhile: 'while nothing fires',
    instant: false,
  },
  { place: 'marks: starts', legend: 'starts', expr: marks.starts, instant: false },
];

/** An expression as Grafana would send it. */
export const substituted = (expression: string, { step = '1m', range = '1h' } = {}): string =>
  expression
    .replaceAll('$__rate_interval', step)
    .replaceAll('$__range', range)
    .replaceAll(/\$(namespace|service)\b/g, '.*');
