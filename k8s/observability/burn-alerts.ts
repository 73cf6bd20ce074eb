import type { AlertingRule } from './rule-file.ts';

/** Burning faster than this over both windows: the short one says that it still goes on. */
interface Burn {
  readonly faster: number;
  readonly long: string;
  readonly short: string;
}

interface Speed {
  readonly name: string;
  readonly severity: string;
  readonly burns: readonly Burn[];
  readonly says: string;
}

interface Level {
  readonly level: string;
  readonly name: string;
  readonly bad: string;
  /** What is the matter, by speed. */
  readonly summaries: Readonly<Record<string, string>>;
}

/** How often rules are evaluated: by that, sums of rates become events. */
export const evaluatedEverySeconds = 15;

/** So few bad events call nobody, whatever share they are. */
const leastBad = 5;

const speeds: readonly Speed[] = [
  {
    name: 'Fast',
    severity: 'critical',
    burns: [
      { faster: 14.4, long: '1h', short: '5m' },
      { faster: 6, long: '6h', short: '30m' },
    ],
    says: 'Left alone it is gone within days.',
  },
  {
    name: 'Slowly',
    severity: 'warning',
    burns: [
      { faster: 3, long: '1d', short: '2h' },
      { faster: 1, long: '3d', short: '6h' },
    ],
    says: 'Left alone it will not last for the 30 days.',
  },
];

const levels: readonly Level[] = [
  {
    level: 'freshness',
    name: 'Freshness',
    bad: 'late events',
    summaries: {
      Fast: 'Too many events of {{ $labels.service }} are handled too late',
      Slowly: 'Events of {{ $labels.service }} are too late a little too often',
    },
  },
  {
    level: 'success',
    name: 'Success',
    bad: 'dead letters',
    summaries: {
      Fast: 'Too many events of {{ $labels.service }} become dead letters',
      Slowly: 'Events of {{ $labels.service }} become dead letters a little too often',
    },
  },
];

const burning = (level: string, { faster, long, short }: Burn): string =>
  [
    '(',
    `  millrace:service_level_burn:rate${long}{level="${level}"} > ${faster}`,
    `  and millrace:service_level_burn:rate${short}{level="${level}"} > ${faster}`,
    `  and ${evaluatedEverySeconds} * sum_over_time(millrace:service_level_bad:rate5m{level="${level}"}[${long}]) >= ${leastBad}`,
    ')',
  ].join('\n');

const alertOf = (
  { level, name, summaries, bad }: Level,
  { name: speed, severity, burns, says }: Speed,
): AlertingRule => ({
  alert: `Millrace${name}Burning${speed}`,
  expr: burns.map((burn) => burning(level, burn)).join('\nor\n'),
  labels: { severity },
  annotations: {
    summary: summaries[speed] ?? '',
    description: `What 30 days allow of ${bad} is used up {{ $value | printf "%.1f" }} times as fast as it may be. ${says}`,
    dashboard_url:
      '{{ $externalLabels.dashboards }}/d/millrace-service-levels?var-namespace={{ $labels.namespace }}&var-service={{ $labels.service }}',
    runbook_url: `{{ $externalLabels.runbooks }}/Millrace${name}Burning${speed}.md`,
  },
});

/** The alerts on burn rates: of each level one that wakes somebody and one that waits for the morning. */
export const burnAlerts: readonly AlertingRule[] = levels.flatMap((level) =>
  speeds.map((speed) => alertOf(level, speed)),
);
