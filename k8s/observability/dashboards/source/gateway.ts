import { areas, asks, asksWhere, type Board, heatmap, lines, type Panel, stat } from './panel.ts';
import { all, buckets, increase, quantile, rate } from './promql.ts';

const http = 'millrace_http_request_seconds';
const counted = 'millrace_http_request_seconds_count';
const isError = 'status=~"5.."';

const requests: readonly Panel[] = [
  stat(
    {
      title: 'Requests a second',
      description: 'HTTP requests a second over the range.',
      unit: 'reqps',
      width: 6,
    },
    asks('requests', rate(counted, { over: all })),
  ),
  stat(
    {
      title: 'Errors',
      description: 'Answers of the range that say that it is our fault (5xx), of all answers.',
      unit: 'percentunit',
      width: 6,
      thresholds: { look: 0.001, bad: 0.01 },
    },
    asksWhere(
      'while no answer is an error',
      'errors',
      `${increase(counted, { where: isError })} / ${increase(counted)}`,
    ),
  ),
  stat(
    {
      title: 'Time to answer',
      description: 'Of a hundred requests of the range 99 were answered sooner.',
      unit: 's',
      width: 6,
    },
    asks('p99', quantile(0.99, http, { over: all })),
  ),
  stat(
    {
      title: 'Events accepted',
      description: 'Request events of the range that the stream acknowledged.',
      unit: 'short',
      width: 6,
    },
    asks('accepted', increase('millrace_published_events_total', { where: 'outcome="accepted"' })),
  ),
  areas(
    {
      title: 'Requests by status',
      description: 'HTTP requests a second, by the status of their answer.',
      unit: 'reqps',
    },
    asks('{{status}}', rate(counted, { by: 'status' })),
  ),
  areas(
    {
      title: 'Requests by route',
      description: 'HTTP requests a second, by method and route pattern.',
      unit: 'reqps',
    },
    asks('{{method}} {{route}}', rate(counted, { by: 'method, route' })),
  ),
  lines(
    {
      title: 'Time to answer by route',
      description: 'The 95th percentile of the time to answer, by method and route pattern.',
      unit: 's',
    },
    asks('{{method}} {{route}}', quantile(0.95, http, { by: 'method, route' })),
  ),
  heatmap(
    {
      title: 'Times to answer',
      valueUnit: 's',
      description: 'How many requests took how long. Who asks to wait for an outcome waits longer.',
      unit: 'short',
      width: 24,
      height: 7,
    },
    asks('{{le}}', buckets(http)),
  ),
];

const publishes: readonly Panel[] = [
  lines(
    {
      title: 'Time to publish',
      description:
        'From the first try to publish a request event to the answer of its stream: 95 of a hundred were quicker, by outcome.',
      unit: 's',
      width: 24,
      height: 6,
    },
    asks('{{outcome}}', quantile(0.95, 'millrace_publish_seconds', { by: 'outcome' })),
  ),
  areas(
    {
      title: 'Publishes by outcome',
      description:
        'Request events: accepted, duplicate (the id was there before), refused by the stream, or not answered by the broker.',
      unit: 'eps',
      width: 12,
    },
    asks('{{outcome}}', rate('millrace_published_events_total', { by: 'outcome' })),
  ),
  areas(
    {
      title: 'Publishes by type',
      description: 'Request events a second, by their type.',
      unit: 'eps',
      width: 12,
    },
    asks('{{type}}', rate('millrace_published_events_total', { by: 'type' })),
  ),
];

/**
 * All that a gateway says is about itself: which service was chosen elsewhere, and comes along by a
 * link, says nothing here.
 */
const ofGateway = (panel: Panel): Panel => ({
  ...panel,
  queries: panel.queries.map((query) => ({
    ...query,
    expr: query.expr.replaceAll('service=~"$service"', 'service="gateway"'),
  })),
});

/** The HTTP edge: requests and what they publish. */
export const gateway: Board = {
  name: 'gateway',
  title: 'Gateway',
  description: 'Requests, errors and times of the HTTP edge, and what became of what it published.',
  sections: [
    { title: 'Requests', panels: requests.map(ofGateway) },
    { title: 'Publishing', panels: publishes.map(ofGateway) },
  ],
};
