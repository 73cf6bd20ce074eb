import { type MetricRow, work } from './metric-row.ts';

/** What a process does, and how it is. */
export const processMetricTable = {
  millrace_partitions_owned: {
    kind: 'gauge',
    help: 'Partitions of a stream that this replica asks for: its share among the living replicas.',
    from: ['worker'],
    labels: ['service', 'stream'],
  },
  millrace_takeover_seconds: {
    kind: 'histogram',
    help: 'How long deliveries of a partition were held back when this replica became its owner, or had missed something of it, until nothing older was missing.',
    from: ['worker'],
    labels: ['service', 'stream'],
    buckets: work,
  },
  millrace_recalled_events_total: {
    kind: 'counter',
    help: 'Events that were looked for at a takeover, because they might have been delivered to another replica and not be settled.',
    from: ['worker'],
    labels: ['service', 'stream'],
  },
  millrace_pull_errors_total: {
    kind: 'counter',
    help: 'Requests for events that the broker ended with an error, by its code.',
    from: ['worker'],
    labels: ['service', 'stream', 'code'],
  },
  millrace_worker_ready: {
    kind: 'gauge',
    help: '1 while the worker is connected, bound to its consumers, pulling and not draining.',
    from: ['worker'],
    labels: ['service'],
  },
  millrace_worker_draining: {
    kind: 'gauge',
    help: '1 while the worker finishes what it has begun and takes nothing new.',
    from: ['worker'],
    labels: ['service'],
  },
  millrace_drain_seconds: {
    kind: 'gauge',
    help: 'How long the worker has been draining; 0 while it is not.',
    from: ['worker'],
    labels: ['service'],
  },
  millrace_abandoned_events_total: {
    kind: 'counter',
    help: 'Events whose handlers still ran when the time for draining was over; the broker delivers them again.',
    from: ['worker'],
    labels: ['service'],
  },
  millrace_published_events_total: {
    kind: 'counter',
    help: 'Request events that the gateway published: accepted, duplicate, refused (by the stream) or unanswered.',
    from: ['gateway'],
    labels: ['service', 'type', 'outcome'],
  },
  millrace_publish_seconds: {
    kind: 'histogram',
    help: 'From the first try to publish a request event to the answer of its stream, or to giving up.',
    from: ['gateway'],
    labels: ['service', 'outcome'],
    buckets: work,
  },
  millrace_http_request_seconds: {
    kind: 'histogram',
    help: 'HTTP requests of the gateway by route pattern and status.',
    from: ['gateway'],
    labels: ['service', 'method', 'route', 'status'],
    buckets: work,
  },
  millrace_broker_connected: {
    kind: 'gauge',
    help: '1 while the connection to the broker is up.',
    from: ['worker', 'gateway', 'observer'],
    labels: ['service'],
  },
  millrace_broker_reconnects_total: {
    kind: 'counter',
    help: 'Times that the connection to the broker was made again.',
    from: ['worker', 'gateway', 'observer'],
    labels: ['service'],
  },
  millrace_broker_refusals_total: {
    kind: 'counter',
    help: 'Times that the broker did not permit something to this process: to publish, or to hear (subscription).',
    from: ['worker', 'gateway', 'observer'],
    labels: ['service', 'operation'],
  },
  millrace_broker_rtt_seconds: {
    kind: 'gauge',
    help: 'How long the broker took to answer the last ping; absent while it does not.',
    from: ['worker', 'gateway', 'observer'],
    labels: ['service'],
  },
  millrace_heap_limit_bytes: {
    kind: 'gauge',
    help: 'How much memory JavaScript objects may use at most.',
    from: ['worker', 'gateway', 'observer'],
    labels: ['service'],
  },
  millrace_build_info: {
    kind: 'gauge',
    help: 'Always 1; says which version runs, on which Node.js.',
    from: ['worker', 'gateway', 'observer'],
    labels: ['service', 'version', 'node'],
  },
} as const satisfies Record<string, MetricRow>;
