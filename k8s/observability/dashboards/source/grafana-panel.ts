import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type Panel as GrafanaPanel,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as Heatmap,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Panel, Query } from './panel.ts';

/** The data source that was chosen above the dashboard. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of Grafana's.
export const datasource = { type: 'prometheus', uid: '${datasource}' };

/** What the builders of all kinds of panels have in common, as far as it is used here. */
interface AnyBuilder extends Builder<GrafanaPanel> {
  title(title: string): this;
  description(description: string): this;
  datasource(reference: typeof datasource): this;
  id(id: number): this;
  span(columns: number): this;
  height(rows: number): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  min(min: number): this;
  max(max: number): this;
  noValue(text: string): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
  withTarget(target: Builder<Dataquery>): this;
}

/** Grafana's panel of a panel. */
export const grafanaPanel = (panel: Panel, id: number): Builder<GrafanaPanel> => {
  const builder = builders[panel.look](panel)
    .id(id)
    .title(panel.title)
    .description(descriptionOf(panel))
    .datasource(datasource)
    .span(panel.width)
    .height(panel.height)
    .unit(panel.unit)
    .thresholds(thresholdsOf(panel));
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.decimals !== undefined) builder.decimals(panel.decimals);
  const empty = emptyText(panel.queries);
  if (empty) builder.noValue(empty);
  panel.queries.forEach((query, index) => {
    builder.withTarget(target(panel.look, query, index));
  });
  return builder;
};

/** Says of every query that may find nothing when that is. */
const descriptionOf = ({ description, queries }: Panel): string => {
  const reasons = new Set(queries.flatMap(({ emptyWhile }) => emptyWhile ?? []));
  return [description, ...[...reasons].map((reason) => `Nothing ${reason}.`)].join(' ');
};

/** What stands in the place of a value, when no query of the panel has one. */
const emptyText = (queries: readonly Query[]): string | undefined => {
  const [first] = queries;
  if (!first || queries.some(({ emptyWhile }) => emptyWhile === undefined)) return undefined;
  return `nothing ${first.emptyWhile}`;
};

const thresholdsOf = ({ thresholds }: Panel): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    ...(thresholds
      ? [
          { value: thresholds.look, color: 'orange' },
          { value: thresholds.bad, color: 'red' },
        ]
      : []),
  ]);

const refIdOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

const target = (look: Panel['look'], { expr, legend }: Query, index: number) => {
  const query = new DataqueryBuilder()
    .datasource(datasource)
    .refId(refIdOf(index))
    .expr(expr)
    .legendFormat(legend);
  if (look === 'table') return query.instant().format(PromQueryFormat.Table);
  if (look === 'stat' || look === 'bars') return query.instant();
  if (look === 'heatmap') return query.range().format(PromQueryFormat.Heatmap);
  // A quantile shows the traces of events that it is made of.
  return expr.startsWith('histogram_quantile') ? query.range().exemplar(true) : query.range();
};

const now = () => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);

const series = (stacked: boolean): TimeSeries =>
  new TimeSeries()
    .fillOpacity(stacked ? 40 : 5)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(stacked ? StackingMode.Normal : StackingMode.None))
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));

const tableOf = ({ queries, columns = {} }: Panel): Table => {
  const builder = new Table().withTransformation({ id: 'merge', options: {} }).withTransformation({
    id: 'organize',
    options: {
      excludeByName: { Time: true },
      renameByName: Object.fromEntries(
        // Of one query alone Grafana calls it just `Value`.
        queries.map(({ legend }, index) => [
          queries.length > 1 ? `Value #${refIdOf(index)}` : 'Value',
          legend,
        ]),
      ),
    },
  });
  for (const [name, unit] of Object.entries(columns)) {
    builder.overrideByName(name, [{ id: 'unit', value: unit }]);
  }
  return builder;
};

const upAndDown = {
  type: MappingType.ValueToText as const,
  options: {
    0: { text: 'down', color: 'red', index: 0 },
    1: { text: 'up', color: 'green', index: 1 },
  },
};

const builders: Readonly<Record<Panel['look'], (panel: Panel) => AnyBuilder>> = {
  stat: ({ thresholds }) =>
    new Stat()
      .colorMode(thresholds ? BigValueColorMode.Value : BigValueColorMode.None)
      .graphMode(BigValueGraphMode.None)
      .reduceOptions(now()),
  lines: ({ thresholds, isSigned }) => {
    const style = thresholds ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off;
    const drawn = series(false).thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(style),
    );
    return isSigned ? drawn : drawn.min(0);
  },
  areas: () => series(true).min(0),
  bars: () => new BarGauge().min(0).orientation(VizOrientation.Horizontal).reduceOptions(now()),
  heatmap: ({ valueUnit = 'none' }) =>
    new Heatmap().calculate(false).showLegend().yAxis(new YAxisConfigBuilder().unit(valueUnit)),
  timeline: () =>
    new Timeline().mergeValues(true).showValue(VisibilityMode.Never).mappings([upAndDown]),
  table: tableOf,
};
