import { asks, lines, type Panel, table } from './panel.ts';
import { chosen, largest, ofChosen, rate, step, total } from './promql.ts';

/** The processes of a service: what they use, how they are connected, which versions they are. */
export const processes: readonly Panel[] = [
  lines(
    { title: 'CPU', description: 'Cores in use by each process.', unit: 'short' },
    asks(
      '{{instance}}',
      ofChosen(`sum by (namespace, job, instance) (rate(process_cpu_seconds_total${step}))`),
    ),
  ),
  lines(
    {
      title: 'Memory',
      description: 'Resident memory and the heap in use of each process.',
      unit: 'bytes',
    },
    asks('{{instance}} resident', ofChosen('process_resident_memory_bytes')),
    asks('{{instance}} heap', ofChosen('nodejs_heap_size_used_bytes')),
  ),
  lines(
    {
      title: 'Heap in use',
      description: 'What JavaScript objects use of the memory that they may use at most.',
      unit: 'percentunit',
      max: 1,
      thresholds: { look: 0.8, bad: 0.95 },
    },
    asks(
      '{{instance}}',
      `nodejs_heap_size_used_bytes / on (namespace, job, instance) millrace_heap_limit_bytes${chosen()}`,
    ),
  ),
  lines(
    {
      title: 'Event loop lag',
      description: 'The 99th percentile. About 10 ms is what an idle process reads.',
      unit: 's',
    },
    asks('{{instance}}', ofChosen('nodejs_eventloop_lag_p99_seconds')),
  ),
  lines(
    {
      title: 'Garbage collection',
      description: 'Share of the time that each process collects garbage.',
      unit: 'percentunit',
    },
    asks(
      '{{instance}}',
      ofChosen(`sum by (namespace, job, instance) (rate(nodejs_gc_duration_seconds_sum${step}))`),
    ),
  ),
  lines(
    {
      title: 'Uptime',
      description: 'Time since each process started; a saw is a process that restarts.',
      unit: 's',
    },
    asks('{{instance}}', `time() - (${ofChosen('process_start_time_seconds')})`),
  ),
  lines(
    {
      title: 'Broker connections',
      description: 'Processes with a connection, and connections made again a second.',
      unit: 'short',
    },
    asks('{{service}} connected', total('millrace_broker_connected', { by: 'service' })),
    asks('{{service}} reconnects', rate('millrace_broker_reconnects_total', { by: 'service' })),
  ),
  lines(
    {
      title: 'Open files',
      description: 'Files and connections that each process has open, of how many it may.',
      unit: 'percentunit',
    },
    asks('{{instance}}', `(${ofChosen('process_open_fds')}) / process_max_fds`),
  ),
  lines(
    {
      title: 'Draining',
      description:
        'How long workers that end have been finishing what they began; and the events a minute that they did not get finished, which others do.',
      unit: 's',
    },
    asks('{{service}}', largest('millrace_drain_seconds', { by: 'service' })),
    asks(
      '{{service}} abandoned a minute',
      `60 * ${rate('millrace_abandoned_events_total', { by: 'service' })}`,
    ),
  ),
  table(
    {
      title: 'Versions',
      description: 'How many processes run which version, on which Node.js.',
      unit: 'none',
    },
    asks(
      'processes',
      `count by (namespace, service, version, node) (millrace_build_info${chosen()})`,
    ),
  ),
  lines(
    {
      title: 'Workers',
      description: 'Workers that are connected and pulling, and those that are ending.',
      unit: 'short',
      width: 12,
      height: 6,
    },
    asks('{{service}} ready', total('millrace_worker_ready', { by: 'service' })),
    asks('{{service}} draining', total('millrace_worker_draining', { by: 'service' })),
  ),
];
