import {
  areas,
  asks,
  asksWhere,
  type Board,
  heatmap,
  lines,
  type Panel,
  type Query,
} from './panel.ts';
import { processes } from './processes.ts';
import {
  buckets,
  chosen,
  type HistogramName,
  largest,
  mean,
  quantile,
  rate,
  total,
} from './promql.ts';

const tried = 'outcome=~"done|retry|dead"';

const quantiles = (name: HistogramName): readonly Query[] =>
  [0.5, 0.95, 0.99].map((share) => asks(`p${share * 100}`, quantile(share, name)));

const work: readonly Panel[] = [
  areas(
    {
      title: 'Settled by outcome',
      description: 'What became of deliveries, by service. A retry is counted each time.',
      unit: 'eps',
    },
    asks(
      '{{service}} {{outcome}}',
      rate('millrace_events_settled_total', { by: 'service, outcome' }),
    ),
  ),
  areas(
    {
      title: 'Settled by type',
      description: 'Events settled a second by their type; a type without a route is unknown.',
      unit: 'eps',
    },
    asks(
      '{{type}}',
      rate('millrace_events_settled_total', {
        by: 'type',
        where: 'outcome=~"done|ignored|dead"',
      }),
    ),
  ),
  lines(
    {
      title: 'Share of tries that failed',
      description: 'Tries that ended in a retry or a dead letter, of all tries at events.',
      unit: 'percentunit',
      thresholds: { look: 0.01, bad: 0.1 },
    },
    asksWhere(
      'while no try has failed yet',
      '{{service}}',
      `${rate('millrace_events_settled_total', { by: 'service', where: 'outcome=~"retry|dead"' })} / (${rate('millrace_events_settled_total', { by: 'service', where: tried })} > 0)`,
    ),
  ),
  lines(
    {
      title: 'Response time',
      description: 'From publish to settled: half, 95 and 99 of a hundred events are quicker.',
      unit: 's',
    },
    ...quantiles('millrace_event_response_seconds'),
  ),
  lines(
    {
      title: 'Wait before processing',
      description: 'From the publish acknowledged by the stream to the first start.',
      unit: 's',
    },
    ...quantiles('millrace_event_wait_seconds'),
  ),
  lines(
    {
      title: 'Processing time',
      description: 'One attempt, commit included; waiting between retries is not.',
      unit: 's',
    },
    ...quantiles('millrace_event_processing_seconds'),
  ),
  heatmap(
    {
      title: 'Response times',
      valueUnit: 's',
      description: 'How many events had which response time: two hills are two kinds of events.',
      unit: 'short',
    },
    asks('{{le}}', buckets('millrace_event_response_seconds')),
  ),
  lines(
    {
      title: 'Processing time by type',
      description: 'The 95th percentile of one attempt, by type.',
      unit: 's',
      width: 12,
    },
    asks('{{type}}', quantile(0.95, 'millrace_event_processing_seconds', { by: 'type' })),
  ),
];

const waiting: readonly Panel[] = [
  lines(
    {
      title: 'Waiting events',
      description: 'Pending: not delivered yet. Waiting: delivered and unacknowledged as well.',
      unit: 'short',
      width: 12,
    },
    asks('{{service}} pending', `millrace:service_events_pending:sum${chosen()}`),
    asks('{{service}} waiting', largest('millrace_service_waiting_events', { by: 'service' })),
  ),
  lines(
    {
      title: 'Oldest waiting event',
      description: 'How long somebody has been waiting already: the lag as people feel it.',
      unit: 's',
      width: 12,
    },
    asks('{{service}}', largest('millrace_service_oldest_waiting_seconds', { by: 'service' })),
  ),
  lines(
    {
      title: 'In flight',
      description: 'Events delivered and not settled, against how many may be handled at a time.',
      unit: 'short',
      width: 12,
    },
    asks('{{service}}', total('millrace_events_in_flight', { by: 'service' })),
    asks('{{service}} limit', total('millrace_concurrency_limit', { by: 'service' })),
  ),
  lines(
    {
      title: 'Received and redelivered',
      description: 'Deliveries taken from the broker, and those among them delivered before.',
      unit: 'eps',
      width: 12,
    },
    asks('received', rate('millrace_events_received_total')),
    asks('redelivered', rate('millrace_events_redelivered_total')),
  ),
];

const commits: readonly Panel[] = [
  lines(
    {
      title: 'Commit time',
      description: 'One atomic batch, from sent to acknowledged.',
      unit: 's',
    },
    ...quantiles('millrace_commit_seconds'),
  ),
  lines(
    {
      title: 'Decisions a commit',
      description: 'How many decisions one batch gathers: more under load, one when idle.',
      unit: 'short',
    },
    asks('mean', mean('millrace_commit_decisions')),
    asks('p95', quantile(0.95, 'millrace_commit_decisions')),
  ),
  lines(
    {
      title: 'Commits and conflicts',
      description:
        'Batches a second, and decisions refused because the state of their key had moved on.',
      unit: 'ops',
    },
    asks('{{service}} commits', rate('millrace_commit_seconds_count', { by: 'service' })),
    asks('{{service}} conflicts', rate('millrace_commit_conflicts_total', { by: 'service' })),
  ),
];

/** One service from the outside in: its work, what waits, what it commits, its processes. */
export const service: Board = {
  name: 'service',
  title: 'Service',
  description:
    'One service, chosen above: rate, failures and times of its work, what waits for it, its commits, its processes.',
  sections: [
    { title: 'Work', panels: work },
    { title: 'Waiting', panels: waiting },
    { title: 'Commits', panels: commits },
    { title: 'Processes', panels: processes },
  ],
};
