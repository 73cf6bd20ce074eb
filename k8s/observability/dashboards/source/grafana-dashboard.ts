import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { datasource, grafanaPanel } from './grafana-panel.ts';
import type { Board } from './panel.ts';
import { firing, installation, ofChosen } from './promql.ts';

const everything = { text: ['All'], value: ['$__all'] };

/** One of the two things that are chosen above a dashboard; `All` is series without the label too. */
const choice = (name: string, label: string, query: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current(everything);

const mark = (name: string, color: string, expr: string, title: string): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .titleFormat(title);

/** What is marked in every panel: alerts that fire, and processes that start. */
export const marks = {
  alerts: firing,
  starts: `1000 * (${ofChosen('process_start_time_seconds')})`,
};

/** Grafana's dashboard of a board, ready to be imported. */
const grafanaDashboard = ({ name, title, description, sections }: Board): Dashboard => {
  const dashboard = new DashboardBuilder(`Millrace: ${title}`)
    .uid(`millrace-${name}`)
    .description(description)
    .tags(['millrace'])
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .timezone('browser')
    .readonly()
    .version(1)
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Millrace')
        .type(DashboardLinkType.Dashboards)
        .tags(['millrace'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    )
    .annotation(mark('Alerts', 'red', marks.alerts, '{{alertname}}'))
    .annotation(mark('Starts', 'blue', marks.starts, '{{instance}} started').useValueForTime(true))
    .withVariable(
      new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    )
    .withVariable(choice('namespace', 'Namespace', 'label_values(millrace_build_info, namespace)'))
    .withVariable(
      choice('service', 'Service', `label_values(millrace_build_info${installation()}, service)`),
    );
  let id = 0;
  for (const section of sections) {
    dashboard.withRow(new RowBuilder(section.title).id(++id));
    for (const panel of section.panels) dashboard.withPanel(grafanaPanel(panel, ++id));
  }
  return dashboard.build();
};

/** The text of the file that Grafana imports. */
export const dashboardText = (board: Board): string =>
  `${JSON.stringify(grafanaDashboard(board), null, 2)}\n`;
