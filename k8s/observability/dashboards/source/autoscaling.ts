import { asks, asksOf, asksWhere, type Board, lines, type Panel } from './panel.ts';
import { chosen, installation, largest, rate, step, total } from './promql.ts';

const settled = 'outcome=~"done|ignored|dead"';
const busy = `${total('millrace_events_in_flight', { by: 'service' })} / ${total('millrace_concurrency_limit', { by: 'service' })}`;
const perReplica = `${rate('millrace_events_settled_total', { by: 'service', where: settled })} / (${total('millrace_worker_ready', { by: 'service' })} > 0)`;

const demand: readonly Panel[] = [
  lines(
    {
      title: 'Waiting events',
      description: 'What an autoscaler by count looks at: events that wait, by service.',
      unit: 'short',
    },
    asks('{{service}}', largest('millrace_service_waiting_events', { by: 'service' })),
  ),
  lines(
    {
      title: 'Oldest waiting event',
      description: 'What an autoscaler by time looks at: how long the oldest of them has waited.',
      unit: 's',
    },
    asks('{{service}}', largest('millrace_service_oldest_waiting_seconds', { by: 'service' })),
  ),
  lines(
    {
      title: 'Time to work off',
      description: 'Waiting events divided by the events settled a second: when all would be done.',
      unit: 's',
    },
    asksWhere(
      'while nothing is settled',
      '{{service}}',
      `millrace:service_events_waiting:sum${chosen()} / (millrace:throughput:rate5m${chosen()} > 0)`,
    ),
  ),
];

const room: readonly Panel[] = [
  lines(
    {
      title: 'Workers',
      description: 'Replicas that work, and those that are ending. More than partitions stand by.',
      unit: 'short',
    },
    asks('{{service}} ready', total('millrace_worker_ready', { by: 'service' })),
    asks('{{service}} draining', total('millrace_worker_draining', { by: 'service' })),
  ),
  lines(
    {
      title: 'Busy',
      description:
        'Events in flight, of how many may be handled at a time. At one, replicas are what lacks.',
      unit: 'percentunit',
    },
    asks('{{service}}', busy),
  ),
  lines(
    {
      title: 'Events a replica',
      description: 'Events settled a second by each ready worker: what one more would add.',
      unit: 'eps',
    },
    asks('{{service}}', perReplica),
  ),
  lines(
    {
      title: 'Partitions of the busiest replica',
      description:
        'The most partitions that one replica owns. At one, a further replica helps nobody.',
      unit: 'short',
    },
    asks(
      '{{service}} {{stream}}',
      `max by (service, stream) (millrace_partitions_owned${chosen()})`,
    ),
  ),
];

const hpa = 'horizontalpodautoscaler=~".*(worker|gateway).*"';

/**
 * What KEDA says of the chosen namespaces: Prometheus keeps its label where it is told to
 * (`honorLabels`), else puts KEDA's own namespace in its place and calls it `exported_namespace`.
 */
const ofKeda = (metric: string, range = ''): readonly string[] =>
  ['namespace', 'exported_namespace'].map(
    (label) => `${metric}{scaledObject=~".*(worker|gateway).*",${label}=~"$namespace"}${range}`,
  );
const byHpa = 'by (namespace, horizontalpodautoscaler)';

const scaler: readonly Panel[] = [
  lines(
    {
      title: 'Replicas wanted',
      description: 'What the autoscaler of each deployment wants, has, and may have at most.',
      unit: 'short',
    },
    ...(
      [
        ['wants', 'status_desired_replicas'],
        ['has', 'status_current_replicas'],
        ['at most', 'spec_max_replicas'],
      ] as const
    ).map(([word, what]) =>
      asksOf(
        'kube-state-metrics',
        `{{horizontalpodautoscaler}} ${word}`,
        `max ${byHpa} (kube_horizontalpodautoscaler_${what}${installation(hpa)})`,
      ),
    ),
  ),
  lines(
    {
      title: 'At the limit',
      description: 'Autoscalers that want no more because they may not have more.',
      unit: 'bool_on_off',
      max: 1,
    },
    asksOf(
      'kube-state-metrics',
      '{{horizontalpodautoscaler}}',
      `max ${byHpa} (kube_horizontalpodautoscaler_status_condition${installation(`${hpa},condition="ScalingLimited",status="true"`)})`,
    ),
  ),
  lines(
    {
      title: 'What KEDA reads',
      description:
        'What KEDA was last told, each figure in its own unit (events, seconds, events a second), and how often a minute it could not ask.',
      unit: 'short',
    },
    asksOf(
      'KEDA',
      '{{scaledObject}} {{metric}}',
      `max by (scaledObject, metric) (${ofKeda('keda_scaler_metrics_value').join(' or ')})`,
    ),
    asksOf(
      'KEDA',
      '{{scaledObject}} errors',
      `60 * sum by (scaledObject) (${ofKeda('keda_scaler_detail_errors_total', step)
        .map((series) => `rate(${series})`)
        .join(' or ')})`,
    ),
  ),
];

/** What an autoscaler sees, what it does, and whether that helps. */
export const autoscaling: Board = {
  name: 'autoscaling',
  title: 'Autoscaling',
  description:
    'How much waits, how busy the replicas are, what the autoscaler wants, and what it can get.',
  sections: [
    { title: 'Demand', panels: demand },
    { title: 'Room', panels: room },
    { title: 'Autoscaler', panels: scaler },
  ],
};
