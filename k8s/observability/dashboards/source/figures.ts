import { areas, asks, asksWhere, lines, type Panel, stat, table, timeline } from './panel.ts';
import { all, chosen, installation, mean, rate } from './promql.ts';

/** How often the rules are evaluated: sums of their samples are multiplied by it. */
const sampleSeconds = 15;
const settled = 'outcome=~"done|ignored|dead"';
const noFailure = 'while nothing has failed within the range';

const up = `millrace:system_up${installation()}${all}`;
const failures = `(sum(resets(${up})) > 0)`;
const upByService = `millrace:service_up${chosen()}${all}`;
const byService = 'by (namespace, service)';
const failuresByService = `(sum ${byService} (resets(${upByService})) > 0)`;

/** The five figures over the range, as numbers. */
export const numbers: readonly Panel[] = [
  stat(
    {
      title: 'Average response time',
      description: 'ART: mean time from publish to settled of all events settled in the range.',
      unit: 's',
    },
    asks('response time', mean('millrace_event_response_seconds', { over: all })),
  ),
  stat(
    {
      title: 'System throughput',
      description: 'ST: events settled a second over the range, the sum over the services.',
      unit: 'eps',
    },
    asks('throughput', rate('millrace_events_settled_total', { where: settled, over: all })),
  ),
  stat(
    {
      title: 'System latency',
      description: 'SL: mean time from publish to the facts being visible in the stream.',
      unit: 's',
    },
    asks('latency', mean('millrace_event_visible_seconds', { over: all })),
  ),
  stat(
    {
      title: 'System availability',
      description:
        'SA: share of the range in which every service had a ready worker or nothing waiting. Of the worst installation chosen; not narrowed by the service.',
      unit: 'percentunit',
      max: 1,
      decimals: 3,
    },
    asks('availability', `min(avg_over_time(${up}))`),
  ),
  stat(
    {
      title: 'Mean time between failures',
      description: 'MTBF: up time of the system divided by its failures in the range.',
      unit: 's',
    },
    asksWhere(noFailure, 'MTBF', `${sampleSeconds} * sum(sum_over_time(${up})) / ${failures}`),
  ),
  stat(
    {
      title: 'Mean time to repair',
      description: 'MTTR: down time of the system divided by its failures in the range.',
      unit: 's',
    },
    asksWhere(
      noFailure,
      'MTTR',
      `${sampleSeconds} * (sum(count_over_time(${up})) - sum(sum_over_time(${up}))) / ${failures}`,
    ),
  ),
];

/** Three of them as they change, by service. */
export const overTime: readonly Panel[] = [
  lines(
    {
      title: 'Response time by service',
      description: 'ART of each service, and of all: from publish to settled.',
      unit: 's',
    },
    asks('{{service}}', mean('millrace_event_response_seconds', { by: 'service' })),
    asks('all', mean('millrace_event_response_seconds')),
  ),
  areas(
    {
      title: 'Throughput by service',
      description: 'TP: events settled a second. Their sum is the throughput of the system.',
      unit: 'eps',
    },
    asks('{{service}}', rate('millrace_events_settled_total', { by: 'service', where: settled })),
  ),
  lines(
    {
      title: 'Latency by service',
      description: 'From publish to the facts being visible in the stream, and of all: SL.',
      unit: 's',
    },
    asks('{{service}}', mean('millrace_event_visible_seconds', { by: 'service' })),
    asks('all', mean('millrace_event_visible_seconds')),
  ),
];

/** When each service was up, and what that comes to. */
export const availability: readonly Panel[] = [
  timeline(
    {
      title: 'Up and down',
      description: 'A service is up while a worker of it is ready, or while nothing waits.',
      unit: 'bool_on_off',
    },
    asks('{{namespace}} {{service}}', `millrace:service_up${chosen()}`),
  ),
  table(
    {
      title: 'Availability by service',
      description: 'SA, failures, MTBF and MTTR of each service over the range.',
      unit: 'none',
      columns: { availability: 'percentunit', 'between failures': 's', 'to repair': 's' },
    },
    asks('availability', `avg ${byService} (avg_over_time(${upByService}))`),
    asks('failures', `sum ${byService} (resets(${upByService}))`),
    asksWhere(
      noFailure,
      'between failures',
      `${sampleSeconds} * sum ${byService} (sum_over_time(${upByService})) / ${failuresByService}`,
    ),
    asksWhere(
      noFailure,
      'to repair',
      `${sampleSeconds} * sum ${byService} (count_over_time(${upByService}) - sum_over_time(${upByService})) / ${failuresByService}`,
    ),
  ),
];
