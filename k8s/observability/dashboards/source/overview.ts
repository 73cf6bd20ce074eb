import { availability, numbers, overTime } from './figures.ts';
import { areas, asks, asksWhere, type Board, lines, table } from './panel.ts';
import { all, chosen, firing, increase, largest, quantile, rate, total } from './promql.ts';

const each = 'namespace, service';
const failed = 'outcome=~"retry|dead"';
const tried = 'outcome=~"done|retry|dead"';

/** How each service is, in one line. */
const services = table(
  {
    title: 'Services',
    description:
      'Each service over the range: ready workers, what waits for it and for how long, events settled a second, the share of tries that failed, the response time that 99 of a hundred events stay below, dead letters.',
    unit: 'none',
    width: 14,
    height: 8,
    columns: {
      oldest: 's',
      settled: 'eps',
      'tries failed': 'percentunit',
      p99: 's',
    },
  },
  asks('ready', total('millrace_worker_ready', { by: each })),
  asks('waiting', largest('millrace_service_waiting_events', { by: each })),
  asks('oldest', largest('millrace_service_oldest_waiting_seconds', { by: each })),
  asks('settled', rate('millrace_events_settled_total', { by: each, over: all })),
  asksWhere(
    'while no try has failed',
    'tries failed',
    `${rate('millrace_events_settled_total', { by: each, where: failed, over: all })} / ${rate('millrace_events_settled_total', { by: each, where: tried, over: all })}`,
  ),
  asks('p99', quantile(0.99, 'millrace_event_response_seconds', { by: each, over: all })),
  asksWhere(
    'while nothing is set aside',
    'dead letters',
    increase('millrace_dead_letters_total', { by: each }),
  ),
);

const alerts = table(
  {
    title: 'Alerts',
    description: 'What fires now, critical first. Each has a runbook, named in the alert.',
    unit: 'none',
    width: 10,
    height: 8,
  },
  asksWhere(
    'while nothing fires',
    'alerts',
    `count by (severity, alertname, namespace, service) (${firing})`,
  ),
);

/** The system at a glance. */
export const overview: Board = {
  name: 'overview',
  title: 'Overview',
  description: 'The five figures of the system, how each service is, and what fires.',
  sections: [
    { title: 'The five figures', panels: [...numbers, ...overTime] },
    { title: 'Now', panels: [services, alerts] },
    {
      title: 'Work',
      panels: [
        lines(
          {
            title: 'Waiting events',
            description:
              'Pending: in the stream and not delivered yet. Waiting: delivered and unacknowledged as well.',
            unit: 'short',
          },
          asks('{{service}} pending', `millrace:service_events_pending:sum${chosen()}`),
          asks('{{service}} waiting', `millrace:service_events_waiting:sum${chosen()}`),
        ),
        areas(
          {
            title: 'Settled by outcome',
            description: 'What became of deliveries. A retry is counted each time it is decided.',
            unit: 'eps',
          },
          asks('{{outcome}}', rate('millrace_events_settled_total', { by: 'outcome' })),
        ),
        lines(
          {
            title: 'Ready workers',
            description: 'Workers that are connected, pulling and not draining.',
            unit: 'short',
          },
          asks('{{service}}', total('millrace_worker_ready', { by: 'service' })),
        ),
      ],
    },
    { title: 'Availability', panels: availability },
  ],
};
