import { metricTable } from '../../src/infra/observability/metric-table.ts';
import { burnAlerts, evaluatedEverySeconds } from './burn-alerts.ts';
import type { RecordingRule, RuleFile } from './rule-file.ts';
import type { ServiceLevel } from './service-levels.ts';

/** The windows over which burn rates are recorded, besides five minutes. */
const longWindows = ['30m', '1h', '2h', '6h', '1d', '3d', '30d'];
const by = 'sum by (namespace)';
const histogram = 'millrace_event_response_seconds';

/**
 * The rules of the declared service levels: what each counts as bad, how fast that uses up what is
 * allowed, and the alerts.
 *
 * @throws RangeError for a level that cannot be measured
 */
export const serviceLevelRules = (levels: readonly ServiceLevel[]): RuleFile => {
  for (const level of levels) refuseUnmeasurable(level);
  return {
    groups: [
      {
        name: 'millrace-service-levels',
        interval: `${evaluatedEverySeconds}s`,
        rules: [
          ...levels.flatMap(declared),
          ...levels.flatMap(counted),
          ...burnRates,
          ...burnAlerts,
        ],
      },
    ],
  };
};

const refuseUnmeasurable = ({ service, freshness, success, overdueSeconds }: ServiceLevel) => {
  const bounds: readonly number[] = metricTable[histogram].buckets;
  const { withinSeconds } = freshness;
  const refuse = (what: string) => {
    throw new RangeError(`the service levels of ${service}: ${what}`);
  };
  if (!/^[a-z][a-z0-9-]*$/.test(service)) refuse('that is no name of a service');
  if (!bounds.includes(withinSeconds))
    refuse(`${withinSeconds} s is no bound of ${histogram}, which has ${bounds.join(', ')}`);
  for (const { objective } of [freshness, success])
    if (!(objective > 0 && objective < 1)) refuse(`${objective} is no share between 0 and 1`);
  if (!(overdueSeconds > withinSeconds))
    refuse(`overdue after ${overdueSeconds} s, which is no later than ${withinSeconds} s`);
};

/** What is promised, as series: alerts and dashboards compare with them. */
const declared = ({ service, freshness, success, overdueSeconds }: ServiceLevel) => {
  const objective = (level: string, share: number): RecordingRule => ({
    record: 'millrace:service_level_objective:ratio',
    expr: `vector(${share})`,
    labels: { service, level },
  });
  const seconds = (record: string, value: number): RecordingRule => ({
    record,
    expr: `vector(${value})`,
    labels: { service },
  });
  return [
    objective('freshness', freshness.objective),
    objective('success', success.objective),
    seconds('millrace:service_level_within:seconds', freshness.withinSeconds),
    seconds('millrace:service_level_overdue:seconds', overdueSeconds),
  ];
};

/** Events a second that count, and those of them that are bad. */
const counted = ({ service, freshness }: ServiceLevel): readonly RecordingRule[] => {
  const ofService = `service="${service}"`;
  const rate = (selector: string) => `${by} (rate(${selector}[5m]))`;
  const rule = (what: string, level: string, expr: string): RecordingRule => ({
    record: `millrace:service_level_${what}:rate5m`,
    expr,
    labels: { service, level },
  });
  const all = rate(`${histogram}_count{${ofService}}`);
  // Prometheus 3 writes a bound as a number with a fraction, Prometheus 2 as it was exposed.
  const le = `le=~"${freshness.withinSeconds}(\\\\.0)?"`;
  const inTime = rate(`${histogram}_bucket{${ofService},${le}}`);
  const settled = rate(`millrace_events_settled_total{${ofService},outcome=~"done|dead"}`);
  const dead = rate(`millrace_events_settled_total{${ofService},outcome="dead"}`);
  return [
    rule('events', 'freshness', all),
    rule('bad', 'freshness', `clamp_min(\n  ${all}\n  - ${inTime},\n  0\n)`),
    rule('events', 'success', settled),
    // A service that never set anything aside has no series of dead letters.
    rule('bad', 'success', `${dead}\nor 0 * ${settled}`),
  ];
};

const objective = 'millrace:service_level_objective:ratio';

/** 1: at this rate exactly what 30 days allow is used up in 30 days. Without events there is none. */
const burnRate = (window: string, bad: string, events: string): RecordingRule => ({
  record: `millrace:service_level_burn:rate${window}`,
  expr: `${bad}\n/ (${events} > 0)\n/ on (service, level) group_left () (1 - ${objective})`,
});

const burnRates: readonly RecordingRule[] = [
  burnRate('5m', 'millrace:service_level_bad:rate5m', 'millrace:service_level_events:rate5m'),
  // Both averages are of the same moments, so their quotient is that of the sums.
  ...longWindows.map((window) =>
    burnRate(
      window,
      `avg_over_time(millrace:service_level_bad:rate5m[${window}])`,
      `avg_over_time(millrace:service_level_events:rate5m[${window}])`,
    ),
  ),
  {
    record: 'millrace:service_level_budget_left:ratio30d',
    expr: '1 - millrace:service_level_burn:rate30d',
  },
];
