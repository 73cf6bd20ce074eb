import type { MetricRow } from './metric-row.ts';

/**
 * What the broker knows, as the leaders of its streams and consumers say: read by observers, so that it
 * is known also while no worker runs. Several observers say the same: take the largest, never the sum.
 */
export const brokerMetrics = {
  millrace_consumer_pending_events: {
    kind: 'gauge',
    help: 'Events in the stream that the durable consumer has not delivered yet, as its leader says.',
    from: ['observer'],
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_consumer_unacknowledged_events: {
    kind: 'gauge',
    help: 'Events delivered to some replica and not acknowledged yet, as the consumer leader says.',
    from: ['observer'],
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_consumer_unacknowledged_limit_events: {
    kind: 'gauge',
    help: 'How many events of the consumer may be unacknowledged at all replicas together.',
    from: ['observer'],
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_consumer_redelivered_events: {
    kind: 'gauge',
    help: 'Of the unacknowledged events, those that were delivered more than once.',
    from: ['observer'],
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_consumer_oldest_waiting_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest event that the consumer has yet to settle; 0 when nothing waits.',
    from: ['observer'],
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_consumer_waiting_pulls: {
    kind: 'gauge',
    help: 'Requests for events that the consumer has and cannot fill.',
    from: ['observer'],
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_consumer_pinned: {
    kind: 'gauge',
    help: '1 while the partition of the consumer is given to a replica; absent for consumers that all replicas share.',
    from: ['observer'],
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_service_waiting_events: {
    kind: 'gauge',
    help: 'Events that wait for the service: pending and unacknowledged, over all its consumers.',
    from: ['observer'],
    labels: ['service'],
  },
  millrace_service_oldest_waiting_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest event that waits for the service; 0 when nothing waits.',
    from: ['observer'],
    labels: ['service'],
  },
  millrace_retries_scheduled_events: {
    kind: 'gauge',
    help: 'Events that wait in the retry stream of the service for the time of their next try.',
    from: ['observer'],
    labels: ['service'],
  },
  millrace_dead_letters_held: {
    kind: 'gauge',
    help: 'Dead letters that nobody has ruled on.',
    from: ['observer'],
    labels: ['service'],
  },
  millrace_dead_letter_oldest_seconds: {
    kind: 'gauge',
    help: 'For how long the oldest of them has been there; 0 when there is none.',
    from: ['observer'],
    labels: ['service'],
  },
  millrace_parked_keys: {
    kind: 'gauge',
    help: 'Keys that wait behind a dead letter, of the partitions that this replica owns: over all replicas each counts once.',
    from: ['observer'],
    labels: ['service'],
  },
  millrace_stream_messages: {
    kind: 'gauge',
    help: 'Messages that a stream holds, of all kinds.',
    from: ['observer'],
    labels: ['service', 'stream'],
  },
  millrace_stream_bytes: {
    kind: 'gauge',
    help: 'What a stream holds, as its leader says.',
    from: ['observer'],
    labels: ['service', 'stream'],
  },
  millrace_stream_limit_bytes: {
    kind: 'gauge',
    help: 'What a stream may hold at most; absent without a limit of its own.',
    from: ['observer'],
    labels: ['service', 'stream'],
  },
  millrace_stream_last_sequence: {
    kind: 'gauge',
    help: 'The sequence of the last message that a stream has stored: its rate is what comes in.',
    from: ['observer'],
    labels: ['service', 'stream'],
  },
  millrace_stream_oldest_message_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest message that a stream holds; absent for an empty one.',
    from: ['observer'],
    labels: ['service', 'stream'],
  },
  millrace_stream_configured_replicas: {
    kind: 'gauge',
    help: 'How many servers are to hold the stream.',
    from: ['observer'],
    labels: ['service', 'stream'],
  },
  millrace_stream_current_replicas: {
    kind: 'gauge',
    help: 'How many servers hold the stream and are up to date, its leader included.',
    from: ['observer'],
    labels: ['service', 'stream'],
  },
  millrace_broker_advisories_total: {
    kind: 'counter',
    help: 'What the brokers told everybody of a stream or its consumers: elections, lost majorities, events that were given up.',
    from: ['observer'],
    labels: ['service', 'stream', 'advisory'],
  },
  millrace_observation_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the figures of a service were read from the broker, in seconds since 1970.',
    from: ['observer'],
    labels: ['service'],
  },
  millrace_observation_errors_total: {
    kind: 'counter',
    help: 'How often the figures of a service could not be read.',
    from: ['observer'],
    labels: ['service'],
  },
} as const satisfies Record<string, MetricRow>;
