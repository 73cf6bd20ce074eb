// Prints the dashboard. After a change:
//   node k8s/grafana/make-dashboard.mjs > k8s/grafana/millrace.json
// A test holds the file against this, its metrics against the metric table, and each expression
// against promtool.

const datasource = { type: 'prometheus', uid: '${datasource}' };

/** The selector of everything that a panel shows. */
const of = (...more) =>
  `{${['namespace=~"$namespace"', 'service=~"$service"', ...more].join(',')}}`;
const rate = '[$__rate_interval]';
const range = '[$__range]';
const settled = of('outcome=~"done|ignored|dead"');
const ours = `and on (namespace, job, instance) millrace_build_info${of()}`;

const mean = (metric, { by = '', over = rate, as = 'rate' } = {}) =>
  `sum ${by}(${as}(${metric}_sum${of()}${over})) / (sum ${by}(${as}(${metric}_count${of()}${over})) > 0)`;
const quantile = (share, metric, by = '') =>
  `histogram_quantile(${share}, sum by (le${by}) (rate(${metric}_bucket${of()}${rate})))`;
const quantiles = (metric) =>
  [0.5, 0.95, 0.99].map((share) => [`p${share * 100}`, quantile(share, metric)]);

// Grafana is told the shape of each kind of panel once, here.
const target = ([legendFormat, expr], index, more = {}) => ({
  datasource,
  refId: String.fromCharCode(65 + index),
  expr,
  legendFormat,
  ...more,
});
const panel = (type, { title, description, unit, width, height, ...rest }, queries, more) => ({
  type,
  title,
  description,
  datasource,
  width,
  height,
  fieldConfig: { defaults: { unit, ...rest }, overrides: [] },
  targets: queries.map((query, index) => target(query, index, more)),
});
const stat = (about, expr) => ({
  ...panel('stat', { width: 4, height: 4, ...about }, [[about.title, expr]], { instant: true }),
  options: {
    colorMode: 'none',
    graphMode: 'none',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  },
});
const lines = ({ stacked = false, ...about }, queries) => ({
  ...panel(
    'timeseries',
    {
      width: 8,
      height: 8,
      min: 0,
      custom: {
        fillOpacity: stacked ? 40 : 5,
        showPoints: 'never',
        stacking: { mode: stacked ? 'normal' : 'none' },
      },
      ...about,
    },
    queries,
  ),
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
});
const timeline = (about, queries) => ({
  ...panel(
    'state-timeline',
    {
      width: 12,
      height: 6,
      unit: 'bool_on_off',
      mappings: [
        {
          type: 'value',
          options: {
            0: { text: 'down', color: 'red', index: 0 },
            1: { text: 'up', color: 'green', index: 1 },
          },
        },
      ],
      ...about,
    },
    queries,
  ),
  options: { mergeValues: true, showValue: 'never', legend: { showLegend: false } },
});
const table = ({ columns, ...about }, queries) => {
  const made = panel('table', { width: 12, height: 6, ...about }, queries, {
    instant: true,
    format: 'table',
  });
  return {
    ...made,
    fieldConfig: {
      ...made.fieldConfig,
      overrides: columns.map(([name, unit]) => ({
        matcher: { id: 'byName', options: name },
        properties: [{ id: 'unit', value: unit }],
      })),
    },
    transformations: [
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true },
          renameByName: Object.fromEntries(
            queries.map(([name], index) => [`Value #${String.fromCharCode(65 + index)}`, name]),
          ),
        },
      },
    ],
  };
};

const figures = [
  [
    stat(
      {
        title: 'Average response time',
        description: 'ART: mean time from publish to settled of all events settled in the range.',
        unit: 's',
      },
      mean('millrace_event_response_seconds', { over: range, as: 'increase' }),
    ),
    stat(
      {
        title: 'System throughput',
        description: 'ST: events settled a second over the range, the sum over the services.',
        unit: 'eps',
      },
      `sum(rate(millrace_events_settled_total${settled}${range}))`,
    ),
    stat(
      {
        title: 'System latency',
        description: 'SL: mean time from publish to the facts being visible in the stream.',
        unit: 's',
      },
      mean('millrace_event_visible_seconds', { over: range, as: 'increase' }),
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
      `min(avg_over_time(millrace:system_up{namespace=~"$namespace"}${range}))`,
    ),
    stat(
      {
        title: 'Mean time between failures',
        description: 'MTBF: up time of the system divided by its failures in the range.',
        unit: 's',
        noValue: 'no failure',
      },
      `15 * sum(sum_over_time(millrace:system_up{namespace=~"$namespace"}${range})) / (sum(resets(millrace:system_up{namespace=~"$namespace"}${range})) > 0)`,
    ),
    stat(
      {
        title: 'Mean time to repair',
        description: 'MTTR: down time of the system divided by its failures in the range.',
        unit: 's',
        noValue: 'no failure',
      },
      `15 * (sum(count_over_time(millrace:system_up{namespace=~"$namespace"}${range})) - sum(sum_over_time(millrace:system_up{namespace=~"$namespace"}${range}))) / (sum(resets(millrace:system_up{namespace=~"$namespace"}${range})) > 0)`,
    ),
  ],
  [
    lines(
      {
        title: 'Response time by service',
        description: 'ART of each service, and of all: from publish to settled.',
        unit: 's',
      },
      [
        ['{{service}}', mean('millrace_event_response_seconds', { by: 'by (service) ' })],
        ['all', mean('millrace_event_response_seconds')],
      ],
    ),
    lines(
      {
        title: 'Throughput by service',
        description: 'TP: events settled a second. Their sum is the throughput of the system.',
        unit: 'eps',
        stacked: true,
      },
      [['{{service}}', `sum by (service) (rate(millrace_events_settled_total${settled}${rate}))`]],
    ),
    lines(
      {
        title: 'Latency by service',
        description: 'From publish to the facts being visible in the stream, and of all: SL.',
        unit: 's',
      },
      [
        ['{{service}}', mean('millrace_event_visible_seconds', { by: 'by (service) ' })],
        ['all', mean('millrace_event_visible_seconds')],
      ],
    ),
  ],
  [
    timeline(
      {
        title: 'Up and down',
        description: 'A service is up while a worker of it is ready, or while nothing waits.',
      },
      [['{{namespace}} {{service}}', `millrace:service_up${of()}`]],
    ),
    table(
      {
        title: 'Availability by service',
        description: 'SA, failures, MTBF and MTTR of each service over the range.',
        unit: 'none',
        columns: [
          ['availability', 'percentunit'],
          ['between failures', 's'],
          ['to repair', 's'],
        ],
      },
      [
        [
          'availability',
          `avg by (namespace, service) (avg_over_time(millrace:service_up${of()}${range}))`,
        ],
        ['failures', `sum by (namespace, service) (resets(millrace:service_up${of()}${range}))`],
        [
          'between failures',
          `15 * sum by (namespace, service) (sum_over_time(millrace:service_up${of()}${range})) / (sum by (namespace, service) (resets(millrace:service_up${of()}${range})) > 0)`,
        ],
        [
          'to repair',
          `15 * sum by (namespace, service) (count_over_time(millrace:service_up${of()}${range}) - sum_over_time(millrace:service_up${of()}${range})) / (sum by (namespace, service) (resets(millrace:service_up${of()}${range})) > 0)`,
        ],
      ],
    ),
  ],
];

const work = [
  [
    lines(
      {
        title: 'Settled by outcome',
        description: 'What became of deliveries, by service. A retry is counted each time.',
        unit: 'eps',
        stacked: true,
      },
      [
        [
          '{{service}} {{outcome}}',
          `sum by (service, outcome) (rate(millrace_events_settled_total${of()}${rate}))`,
        ],
      ],
    ),
    lines(
      {
        title: 'Settled by type',
        description: 'Events settled a second by their type; a type without a route is unknown.',
        unit: 'eps',
        stacked: true,
      },
      [['{{type}}', `sum by (type) (rate(millrace_events_settled_total${settled}${rate}))`]],
    ),
    lines(
      {
        title: 'Received and redelivered',
        description: 'Deliveries taken from the broker, and those among them delivered before.',
        unit: 'eps',
      },
      [
        ['received', `sum(rate(millrace_events_received_total${of()}${rate}))`],
        ['redelivered', `sum(rate(millrace_events_redelivered_total${of()}${rate}))`],
      ],
    ),
  ],
  [
    lines(
      {
        title: 'Lag',
        description: 'Pending: not delivered yet. Waiting: delivered and unacknowledged as well.',
        unit: 'short',
      },
      [
        ['{{service}} pending', `millrace:service_events_pending:sum${of()}`],
        ['{{service}} waiting', `millrace:service_events_waiting:sum${of()}`],
      ],
    ),
    lines(
      {
        title: 'Lag by consumer',
        description: 'Pending events of each durable consumer, as its leader says.',
        unit: 'short',
      },
      [
        [
          '{{stream}} {{consumer}}',
          `max by (stream, consumer) (millrace_consumer_pending_events${of()})`,
        ],
      ],
    ),
    lines(
      {
        title: 'In flight',
        description: 'Events delivered and not settled, against how many may be handled at a time.',
        unit: 'short',
      },
      [
        ['{{service}}', `sum by (service) (millrace_events_in_flight${of()})`],
        ['{{service}} limit', `sum by (service) (millrace_concurrency_limit${of()})`],
      ],
    ),
  ],
  [
    lines(
      {
        title: 'Processing time',
        description: 'One attempt, commit included; waiting between retries is not.',
        unit: 's',
      },
      quantiles('millrace_event_processing_seconds'),
    ),
    lines(
      {
        title: 'Wait before processing',
        description: 'From the publish acknowledged by the stream to the first start.',
        unit: 's',
      },
      quantiles('millrace_event_wait_seconds'),
    ),
    lines(
      {
        title: 'Response time quantiles',
        description: 'From publish to settled: half, 95 and 99 of a hundred events are quicker.',
        unit: 's',
      },
      quantiles('millrace_event_response_seconds'),
    ),
  ],
  [
    lines(
      {
        title: 'Processing time by type',
        description: 'The 95th percentile of one attempt, by type.',
        unit: 's',
        width: 12,
      },
      [['{{type}}', quantile(0.95, 'millrace_event_processing_seconds', ', type')]],
    ),
    lines(
      {
        title: 'Dead letters',
        description:
          'Events set aside within 15 minutes, by service, type and reason; those published again because the broker had lost their effects; and keys that are parked now.',
        unit: 'short',
        width: 12,
      },
      [
        ['{{service}} {{type}} {{reason}}', `millrace:dead_letters:increase15m${of()}`],
        [
          '{{service}} repaired',
          `sum by (service) (increase(millrace_repaired_events_total${of()}${rate}))`,
        ],
        ['{{service}} parked keys', `sum by (service) (millrace_parked_keys${of()})`],
      ],
    ),
  ],
];

const commits = [
  [
    lines(
      {
        title: 'Commit time',
        description: 'One atomic batch, from sent to acknowledged.',
        unit: 's',
      },
      quantiles('millrace_commit_seconds'),
    ),
    lines(
      {
        title: 'Decisions a commit',
        description: 'How many decisions one batch gathers: more under load, one when idle.',
        unit: 'short',
      },
      [
        ['mean', mean('millrace_commit_decisions')],
        ['p95', quantile(0.95, 'millrace_commit_decisions')],
      ],
    ),
    lines(
      {
        title: 'Commits and conflicts',
        description:
          'Batches a second, and decisions refused because the state of their key had moved on.',
        unit: 'ops',
      },
      [
        [
          '{{service}} commits',
          `sum by (service) (rate(millrace_commit_seconds_count${of()}${rate}))`,
        ],
        [
          '{{service}} conflicts',
          `sum by (service) (rate(millrace_commit_conflicts_total${of()}${rate}))`,
        ],
      ],
    ),
  ],
  [
    lines(
      {
        title: 'Partitions by owner',
        description: 'How the partitions of each stream are shared among the replicas.',
        unit: 'short',
        stacked: true,
      },
      [
        [
          '{{stream}} {{instance}}',
          `sum by (stream, instance) (millrace_partitions_owned${of()})`,
        ],
      ],
    ),
    lines(
      {
        title: 'Takeovers',
        description:
          'Partitions taken over a minute, and the events that had to be looked for because a former owner might not have settled them.',
        unit: 'short',
      },
      [
        [
          '{{service}} takeovers',
          `60 * sum by (service) (rate(millrace_takeover_seconds_count${of()}${rate}))`,
        ],
        [
          '{{service}} events looked for',
          `60 * sum by (service) (rate(millrace_recalled_events_total${of()}${rate}))`,
        ],
      ],
    ),
    lines(
      {
        title: 'Held back at a takeover',
        description: 'The 95th percentile of how long a partition waited until nothing older was missing.',
        unit: 's',
      },
      [['{{service}}', quantile(0.95, 'millrace_takeover_seconds')]],
    ),
  ],
];

const gateway = [
  [
    lines(
      {
        title: 'Requests by status',
        description: 'HTTP requests of the gateway a second, by status.',
        unit: 'reqps',
        stacked: true,
      },
      [['{{status}}', `sum by (status) (rate(millrace_http_request_seconds_count${of()}${rate}))`]],
    ),
    lines(
      {
        title: 'Request time by route',
        description: 'The 95th percentile of the time to answer, by method and route pattern.',
        unit: 's',
      },
      [
        [
          '{{method}} {{route}}',
          quantile(0.95, 'millrace_http_request_seconds', ', method, route'),
        ],
      ],
    ),
    lines(
      {
        title: 'Publishes by outcome',
        description:
          'Request events: accepted, duplicate, refused by the stream, or not answered by the broker.',
        unit: 'eps',
        stacked: true,
      },
      [['{{outcome}}', `sum by (outcome) (rate(millrace_published_events_total${of()}${rate}))`]],
    ),
  ],
];

const processes = [
  [
    lines(
      {
        title: 'Ready workers',
        description: 'Workers that are connected, pulling and not draining.',
        unit: 'short',
      },
      [['{{service}}', `sum by (service) (millrace_worker_ready${of()})`]],
    ),
    lines(
      {
        title: 'Broker connections',
        description: 'Processes with a connection, and connections made again a second.',
        unit: 'short',
      },
      [
        ['{{service}} connected', `sum by (service) (millrace_broker_connected${of()})`],
        [
          '{{service}} reconnects',
          `sum by (service) (rate(millrace_broker_reconnects_total${of()}${rate}))`,
        ],
      ],
    ),
    table(
      {
        title: 'Versions',
        description: 'How many processes run which version, on which Node.js.',
        unit: 'none',
        width: 8,
        height: 8,
        columns: [['processes', 'none']],
      },
      [['processes', `count by (namespace, service, version, node) (millrace_build_info${of()})`]],
    ),
  ],
  [
    lines(
      {
        title: 'Streams',
        description: 'How full each stream is, of what it may hold; nothing for one without a limit.',
        unit: 'percentunit',
      },
      [
        [
          '{{stream}}',
          `max by (stream) (millrace_stream_bytes${of()}) / max by (stream) (millrace_stream_limit_bytes${of()})`,
        ],
      ],
    ),
    lines(
      {
        title: 'Trimmed',
        description: 'Old messages removed a second, by service and kind.',
        unit: 'ops',
      },
      [
        [
          '{{service}} {{kind}}',
          `sum by (service, kind) (rate(millrace_trimmed_messages_total${of()}${rate}))`,
        ],
      ],
    ),
    lines(
      {
        title: 'Oldest message kept',
        description:
          'Its age, by service and kind: above the retention while somebody is behind; who that is, and for how long.',
        unit: 's',
      },
      [
        [
          '{{service}} {{kind}}',
          `max by (service, kind) (millrace_oldest_kept_seconds${of()})`,
        ],
        [
          '{{service}} {{kind}} held back by {{holder}}',
          `max by (service, kind, holder) (millrace_held_back_seconds${of()})`,
        ],
      ],
    ),
  ],
  [
    lines({ title: 'CPU', description: 'Cores in use by each process.', unit: 'short' }, [
      ['{{instance}}', `sum by (instance) (rate(process_cpu_seconds_total${rate}) ${ours})`],
    ]),
    lines(
      {
        title: 'Memory',
        description: 'Resident memory and the heap in use of each process.',
        unit: 'bytes',
      },
      [
        ['{{instance}} resident', `max by (instance) (process_resident_memory_bytes ${ours})`],
        ['{{instance}} heap', `max by (instance) (nodejs_heap_size_used_bytes ${ours})`],
      ],
    ),
    lines(
      {
        title: 'Event loop lag',
        description: 'The 99th percentile. About 10 ms is what an idle process reads.',
        unit: 's',
      },
      [['{{instance}}', `max by (instance) (nodejs_eventloop_lag_p99_seconds ${ours})`]],
    ),
  ],
  [
    lines(
      {
        title: 'Garbage collection',
        description: 'Share of the time that each process collects garbage.',
        unit: 'percentunit',
        width: 12,
      },
      [['{{instance}}', `sum by (instance) (rate(nodejs_gc_duration_seconds_sum${rate}) ${ours})`]],
    ),
    lines(
      {
        title: 'Uptime',
        description: 'Time since each process started; a saw is a process that restarts.',
        unit: 's',
        width: 12,
      },
      [['{{instance}}', `time() - max by (instance) (process_start_time_seconds ${ours})`]],
    ),
  ],
];

const sections = [
  ['The five figures', figures],
  ['Events', work],
  ['Commits', commits],
  ['Gateway', gateway],
  ['Processes', processes],
];

/** Puts each band of panels below the one before it, from left to right. */
const place = () => {
  const placed = [];
  let y = 0;
  const put = ({ width, height, ...rest }, x) => {
    placed.push({ id: placed.length + 1, ...rest, gridPos: { x, y, w: width, h: height } });
  };
  for (const [title, bands] of sections) {
    put({ type: 'row', title, collapsed: false, panels: [], width: 24, height: 1 }, 0);
    y += 1;
    for (const band of bands) {
      let x = 0;
      for (const each of band) {
        put(each, x);
        x += each.width;
      }
      y += Math.max(...band.map(({ height }) => height));
    }
  }
  return placed;
};

const chosen = (name, label, query) => ({
  type: 'query',
  name,
  label,
  datasource,
  query: { query, refId: name },
  definition: query,
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: ['All'], value: ['$__all'] },
});

const dashboard = {
  uid: 'millrace',
  title: 'Millrace',
  description: 'The five figures of the system, and what explains them.',
  tags: ['millrace'],
  schemaVersion: 39,
  version: 1,
  editable: false,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-1h', to: 'now' },
  timezone: 'browser',
  annotations: { list: [] },
  links: [],
  templating: {
    list: [
      { type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus' },
      chosen('namespace', 'Namespace', 'label_values(millrace_build_info, namespace)'),
      chosen(
        'service',
        'Service',
        'label_values(millrace_build_info{namespace=~"$namespace"}, service)',
      ),
    ],
  },
  panels: place(),
};

process.stdout.write(`${JSON.stringify(dashboard, null, 2)}\n`);
