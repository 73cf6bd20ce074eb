import { consumers, partitions } from './consumers.ts';
import { areas, asks, asksWhere, type Board, lines, type Panel } from './panel.ts';
import { chosen, largest, observedRate, rate, total } from './promql.ts';

const byStream = { by: 'service, stream' };

const streams: readonly Panel[] = [
  lines(
    {
      title: 'How full',
      description:
        'What each stream holds, of what it may hold. A full stream refuses, it forgets nothing.',
      unit: 'percentunit',
      max: 1,
      thresholds: { look: 0.8, bad: 0.95 },
    },
    asksWhere(
      'where streams have no limit of their own',
      '{{stream}}',
      `${largest('millrace_stream_bytes', byStream)} / ${largest('millrace_stream_limit_bytes', byStream)}`,
    ),
  ),
  lines(
    {
      title: 'Stored',
      description: 'What each stream holds on disk, as its leader says.',
      unit: 'bytes',
    },
    asks('{{stream}}', largest('millrace_stream_bytes', byStream)),
  ),
  lines(
    {
      title: 'Messages',
      description: 'How many messages each stream holds: requests, facts, states, dead letters.',
      unit: 'short',
    },
    asks('{{stream}}', largest('millrace_stream_messages', byStream)),
  ),
  areas(
    {
      title: 'Coming in',
      description: 'Messages a second that each stream has stored, of all kinds.',
      unit: 'ops',
    },
    asks('{{stream}}', observedRate('millrace_stream_last_sequence', byStream)),
  ),
  areas(
    {
      title: 'Trimmed',
      description: 'Old messages removed a second, by service and kind.',
      unit: 'ops',
    },
    asksWhere(
      'while nothing is older than its retention',
      '{{service}} {{kind}}',
      rate('millrace_trimmed_messages_total', { by: 'service, kind' }),
    ),
  ),
  lines(
    {
      title: 'Oldest message kept',
      description: 'Its age, by service and kind: above the retention while somebody is behind.',
      unit: 's',
    },
    asksWhere(
      'until streams were trimmed for the first time',
      '{{service}} {{kind}}',
      largest('millrace_oldest_kept_seconds', { by: 'service, kind' }),
    ),
    asks('{{stream}}', largest('millrace_stream_oldest_message_seconds', byStream)),
  ),
  lines(
    {
      title: 'Held back from trimming',
      description: 'For how long messages are past their retention, and who still needs them.',
      unit: 's',
      width: 12,
    },
    asksWhere(
      'while nobody needs what is past its retention',
      '{{service}} {{kind}} by {{holder}}',
      largest('millrace_held_back_seconds', { by: 'service, kind, holder' }),
    ),
  ),
  lines(
    {
      title: 'Replicas of streams',
      description:
        'Servers that hold a stream and are up to date, against how many are to hold it.',
      unit: 'short',
      width: 12,
    },
    asks('{{stream}}', largest('millrace_stream_current_replicas', byStream)),
    asks('{{stream}} wanted', largest('millrace_stream_configured_replicas', byStream)),
  ),
];

const broker: readonly Panel[] = [
  lines(
    {
      title: 'Processes without a broker',
      description: 'How many processes have no connection to the broker.',
      unit: 'short',
    },
    asks(
      '{{service}}',
      `count by (service) (millrace_broker_connected${chosen()}) - ${total('millrace_broker_connected', { by: 'service' })}`,
    ),
  ),
  lines(
    {
      title: 'Connections made again',
      description: 'How often processes had to connect again, a minute.',
      unit: 'short',
    },
    asks('{{service}}', `60 * ${rate('millrace_broker_reconnects_total', { by: 'service' })}`),
  ),
  lines(
    {
      title: 'Round trip',
      description: 'How long the broker took to answer the last ping of each process.',
      unit: 's',
    },
    asks('{{service}}', largest('millrace_broker_rtt_seconds', { by: 'service' })),
  ),
  lines(
    {
      title: 'Pulls that failed, and what was not permitted',
      description:
        'Requests for events a second that the broker ended with an error, by its code; and what it did not permit to a process, which lacks a grant then.',
      unit: 'ops',
    },
    asksWhere(
      'while no pull has failed',
      '{{service}} {{stream}} {{code}}',
      rate('millrace_pull_errors_total', { by: 'service, stream, code' }),
    ),
    asksWhere(
      'while every process has its grants',
      '{{service}} may not {{operation}}',
      rate('millrace_broker_refusals_total', { by: 'service, operation' }),
    ),
  ),
  areas(
    {
      title: 'Advisories',
      description:
        'What the brokers told everybody, a minute: elections, lost majorities, events that were given up.',
      unit: 'short',
    },
    asksWhere(
      'while the brokers have nothing to tell',
      '{{stream}} {{advisory}}',
      `60 * ${observedRate('millrace_broker_advisories_total', { by: 'stream, advisory' })}`,
    ),
  ),
  lines(
    {
      title: 'How old these figures are',
      description:
        'Since when the observers have not read a service from the broker, and how often a minute they failed to.',
      unit: 's',
    },
    asks(
      '{{service}}',
      `time() - ${largest('millrace_observation_timestamp_seconds', { by: 'service' })}`,
    ),
    asksWhere(
      'while every reading succeeds',
      '{{service}} failures',
      `60 * ${observedRate('millrace_observation_errors_total', { by: 'service' })}`,
    ),
  ),
];

/** Streams, consumers, partitions and the connections to the broker. */
export const jetstream: Board = {
  name: 'jetstream',
  title: 'JetStream',
  description: 'How full the streams are, which consumers are behind, who owns which partitions.',
  sections: [
    { title: 'Streams', panels: streams },
    { title: 'Consumers', panels: consumers },
    { title: 'Partitions', panels: partitions },
    { title: 'Broker', panels: broker },
  ],
};
