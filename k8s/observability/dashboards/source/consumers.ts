import { areas, asks, bars, lines, type Panel } from './panel.ts';
import { largest, quantile, rate, total } from './promql.ts';

const byConsumer = { by: 'stream, consumer' };

/** How far each durable consumer is, as the broker says. */
export const consumers: readonly Panel[] = [
  lines(
    {
      title: 'Pending by consumer',
      description: 'Events that each durable consumer has not delivered yet, as its leader says.',
      unit: 'short',
    },
    asks('{{stream}} {{consumer}}', largest('millrace_consumer_pending_events', byConsumer)),
  ),
  lines(
    {
      title: 'Oldest waiting by consumer',
      description: 'Age of the oldest event that each consumer has yet to settle.',
      unit: 's',
    },
    asks(
      '{{stream}} {{consumer}}',
      largest('millrace_consumer_oldest_waiting_seconds', byConsumer),
    ),
  ),
  bars(
    {
      title: 'Furthest behind',
      description: 'The ten consumers for whose events somebody has waited longest, now.',
      unit: 's',
    },
    asks(
      '{{stream}} {{consumer}}',
      `topk(10, ${largest('millrace_consumer_oldest_waiting_seconds', byConsumer)})`,
    ),
  ),
  lines(
    {
      title: 'Unacknowledged, of the most there may be',
      description:
        'Events delivered and not acknowledged, of how many a consumer may have so. At one it delivers nothing more.',
      unit: 'percentunit',
    },
    asks(
      '{{stream}} {{consumer}}',
      `${largest('millrace_consumer_unacknowledged_events', byConsumer)} / ${largest('millrace_consumer_unacknowledged_limit_events', byConsumer)}`,
    ),
  ),
  lines(
    {
      title: 'Redelivered and unacknowledged',
      description: 'Of the unacknowledged events, those that were delivered more than once.',
      unit: 'short',
    },
    asks('{{stream}} {{consumer}}', largest('millrace_consumer_redelivered_events', byConsumer)),
  ),
  lines(
    {
      title: 'Open pulls',
      description: 'Requests for events that a consumer has and cannot fill: none is nobody there.',
      unit: 'short',
    },
    asks('{{stream}} {{consumer}}', largest('millrace_consumer_waiting_pulls', byConsumer)),
  ),
];

/** Who owns which partitions. */
export const partitions: readonly Panel[] = [
  areas(
    {
      title: 'Partitions by owner',
      description: 'How the partitions of each stream are shared among the replicas.',
      unit: 'short',
    },
    asks(
      '{{service}} {{stream}} {{instance}}',
      total('millrace_partitions_owned', { by: 'service, stream, instance' }),
    ),
  ),
  lines(
    {
      title: 'Partitions without an owner',
      description: 'Consumers that are given to no replica now: their events wait.',
      unit: 'short',
    },
    asks(
      '{{service}}',
      `sum by (service) (1 - ${largest('millrace_consumer_pinned', { by: 'service, stream, consumer' })})`,
    ),
  ),
  lines(
    {
      title: 'Takeovers',
      description:
        'Partitions taken over a minute, and the events that had to be looked for because a former owner might not have settled them.',
      unit: 'short',
    },
    asks(
      '{{service}} takeovers',
      `60 * ${rate('millrace_takeover_seconds_count', { by: 'service' })}`,
    ),
    asks(
      '{{service}} events looked for',
      `60 * ${rate('millrace_recalled_events_total', { by: 'service' })}`,
    ),
  ),
  lines(
    {
      title: 'Held back at a takeover',
      description:
        'The 95th percentile of how long a partition waited until nothing older was missing.',
      unit: 's',
      width: 24,
      height: 6,
    },
    asks('{{service}}', quantile(0.95, 'millrace_takeover_seconds', { by: 'service' })),
  ),
];
