/** One row of the metric table: everything that dashboards, rules and the docs may rely on. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const patience = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/**
 * Every metric of Millrace, once. Units are in the names (seconds, bytes, events).
 *
 * `service` is on all of them. `type` is bounded: a type without a route counts as `unknown`.
 */
export const metricTable = {
  millrace_events_received_total: {
    kind: 'counter',
    help: 'Deliveries taken from the broker, redeliveries included.',
    labels: ['service', 'stream'],
  },
  millrace_events_redelivered_total: {
    kind: 'counter',
    help: 'Deliveries that the broker had delivered before.',
    labels: ['service', 'stream'],
  },
  millrace_events_settled_total: {
    kind: 'counter',
    help: 'Deliveries settled: done, duplicate (the state contained it already), ignored (a fact nobody here handles), parked (waits behind a dead letter of its key) or dead. A retry is counted each time it is decided.',
    labels: ['service', 'type', 'outcome'],
  },
  millrace_event_processing_seconds: {
    kind: 'histogram',
    help: 'From the start of processing to its outcome, commit included; waiting between retries is not.',
    labels: ['service', 'type'],
    buckets: seconds,
  },
  millrace_event_wait_seconds: {
    kind: 'histogram',
    help: 'From the publish acknowledged by the stream to the first start of processing.',
    labels: ['service'],
    buckets: patience,
  },
  millrace_event_response_seconds: {
    kind: 'histogram',
    help: 'From publish to settled: the response time R of an event.',
    labels: ['service'],
    buckets: patience,
  },
  millrace_event_visible_seconds: {
    kind: 'histogram',
    help: 'From publish to its facts being visible in the stream: the latency L of an event.',
    labels: ['service'],
    buckets: patience,
  },
  millrace_partitions_owned: {
    kind: 'gauge',
    help: 'Partitions of a stream that this replica asks for: its share among the living replicas.',
    labels: ['service', 'stream'],
  },
  millrace_takeover_seconds: {
    kind: 'histogram',
    help: 'How long deliveries of a partition were held back when this replica became its owner, or had missed something of it, until nothing older was missing.',
    labels: ['service', 'stream'],
    buckets: seconds,
  },
  millrace_recalled_events_total: {
    kind: 'counter',
    help: 'Events that were looked for at a takeover, because they might have been delivered to another replica and not be settled.',
    labels: ['service', 'stream'],
  },
  millrace_events_in_flight: {
    kind: 'gauge',
    help: 'Events delivered and not yet settled, waiting in lanes included.',
    labels: ['service'],
  },
  millrace_concurrency_limit: {
    kind: 'gauge',
    help: 'How many events this process handles at a time at most.',
    labels: ['service'],
  },
  millrace_dead_letters_total: {
    kind: 'counter',
    help: 'Events set aside as dead letters, by reason.',
    labels: ['service', 'type', 'reason'],
  },
  millrace_parked_keys: {
    kind: 'gauge',
    help: 'Keys that wait behind a dead letter, of the partitions that this replica owns: over all replicas each counts once.',
    labels: ['service'],
  },
  millrace_commit_seconds: {
    kind: 'histogram',
    help: 'Time of one atomic batch, from sent to acknowledged.',
    labels: ['service'],
    buckets: seconds,
  },
  millrace_commit_decisions: {
    kind: 'histogram',
    help: 'Decisions gathered in one atomic batch.',
    labels: ['service'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  },
  millrace_commit_conflicts_total: {
    kind: 'counter',
    help: 'Decisions refused because the state of their key had moved on; each is decided again.',
    labels: ['service'],
  },
  millrace_consumer_pending_events: {
    kind: 'gauge',
    help: 'Events in the stream that the durable consumer has not delivered yet, as its leader says.',
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_consumer_unacknowledged_events: {
    kind: 'gauge',
    help: 'Events delivered to some replica and not acknowledged yet, as the consumer leader says.',
    labels: ['service', 'stream', 'consumer'],
  },
  millrace_stream_bytes: {
    kind: 'gauge',
    help: 'What a stream holds, as its leader says.',
    labels: ['service', 'stream'],
  },
  millrace_stream_limit_bytes: {
    kind: 'gauge',
    help: 'What a stream may hold at most; absent without a limit of its own.',
    labels: ['service', 'stream'],
  },
  millrace_trimmed_messages_total: {
    kind: 'counter',
    help: 'Messages removed from the stream of the service because they were old and settled by everybody.',
    labels: ['service', 'kind'],
  },
  millrace_repaired_events_total: {
    kind: 'counter',
    help: 'Events that were acknowledged while their state did not contain them, and were published again.',
    labels: ['service'],
  },
  millrace_oldest_kept_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest message of a kind that the stream of the service holds, as of the last trimming; only from the replica that trims.',
    labels: ['service', 'kind'],
  },
  millrace_held_back_seconds: {
    kind: 'gauge',
    help: 'For how long a message that somebody keeps from being trimmed is past its retention, as of the last trimming; only from the replica that trims.',
    labels: ['service', 'kind', 'holder'],
  },
  millrace_worker_ready: {
    kind: 'gauge',
    help: '1 while the worker is connected, bound to its consumers, pulling and not draining.',
    labels: ['service'],
  },
  millrace_broker_connected: {
    kind: 'gauge',
    help: '1 while the connection to the broker is up.',
    labels: ['service'],
  },
  millrace_broker_reconnects_total: {
    kind: 'counter',
    help: 'Times that the connection to the broker was made again.',
    labels: ['service'],
  },
  millrace_published_events_total: {
    kind: 'counter',
    help: 'Request events that the gateway published: accepted, duplicate, refused (by the stream) or unanswered.',
    labels: ['service', 'type', 'outcome'],
  },
  millrace_http_request_seconds: {
    kind: 'histogram',
    help: 'HTTP requests of the gateway by route pattern and status.',
    labels: ['service', 'method', 'route', 'status'],
    buckets: seconds,
  },
  millrace_build_info: {
    kind: 'gauge',
    help: 'Always 1; says which version runs, on which Node.js.',
    labels: ['service', 'version', 'node'],
  },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metricTable;

/** The process metrics of prom-client that are exported beside the table; the rest are left out. */
export const processMetrics = [
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'process_start_time_seconds',
  'nodejs_eventloop_lag_p99_seconds',
  'nodejs_heap_size_used_bytes',
  'nodejs_gc_duration_seconds',
] as const;
