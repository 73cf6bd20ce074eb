import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A query of a panel. */
export interface Target {
  readonly datasource: { readonly uid: string };
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly instant?: boolean;
}

/** A panel, as far as it is looked at here. */
export interface Panel {
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
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly Target[];
}

/** A dashboard, as far as it is looked at here. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
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
  readonly panels: readonly Panel[];
}

/** The folder of the dashboard. */
export const grafanaFolder = join(import.meta.dirname, '../../k8s/grafana');

/** The dashboard's file. */
export const dashboardText = readFileSync(join(grafanaFolder, 'millrace.json'), 'utf8');

export const dashboard = JSON.parse(dashboardText) as Dashboard;

/** The panels that show something: all but the rows. */
export const shown = dashboard.panels.filter(({ type }) => type !== 'row');

/** Every expression of the dashboard, with the panel that it is of. */
export const queries = shown.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

/** An expression as Grafana would send it. */
export const substituted = (expression: string): string =>
  expression
    .replaceAll('$__rate_interval', '1m')
    .replaceAll('$__range', '1h')
    .replaceAll(/\$(namespace|service)\b/g, '.*');
