import {
  areas,
  asks,
  asksWhere,
  type Board,
  heatmap,
  lines,
  type Panel,
  stat,
  table,
} from './panel.ts';
import { buckets, chosen, increase, largest, rate, total } from './promql.ts';

const noLetter = 'while nothing is set aside';
const noRetry = 'while nothing is tried again';
const failed = 'outcome=~"retry|dead"';
const tried = 'outcome=~"done|retry|dead"';

const now: readonly Panel[] = [
  stat(
    {
      title: 'Dead letters of 15 minutes',
      description: 'Events set aside within the last 15 minutes, each whole and replayable.',
      unit: 'short',
      width: 6,
      thresholds: { look: 1, bad: 100 },
    },
    asksWhere(noLetter, 'dead letters', `sum(millrace:dead_letters:increase15m${chosen()})`),
  ),
  stat(
    {
      title: 'Dead letters held',
      description: 'Dead letters that nobody has ruled on: npm run deadletters lists them.',
      unit: 'short',
      width: 6,
      thresholds: { look: 1, bad: 100 },
    },
    asks('held', `sum(${largest('millrace_dead_letters_held', { by: 'namespace, service' })})`),
  ),
  stat(
    {
      title: 'Oldest dead letter',
      description: 'For how long the oldest of them has been waiting for a ruling.',
      unit: 's',
      width: 6,
    },
    asks('oldest', largest('millrace_dead_letter_oldest_seconds')),
  ),
  stat(
    {
      title: 'Parked keys',
      description: 'Keys whose events wait behind a dead letter until somebody rules on it.',
      unit: 'short',
      width: 6,
      thresholds: { look: 1, bad: 10 },
    },
    asks('parked', `sum(${largest('millrace_parked_keys', { by: 'namespace, service' })})`),
  ),
  stat(
    {
      title: 'Waiting for the next try',
      description: 'Events that failed and are tried again later, in lanes and in retry streams.',
      unit: 'short',
      width: 6,
    },
    asks(
      'waiting',
      `${total('millrace_retries_waiting_events')} + sum(${largest('millrace_retries_scheduled_events', { by: 'namespace, service' })})`,
    ),
  ),
  stat(
    {
      title: 'Retries of all tries',
      description: 'Tries of the range that ended in another try later, of all tries.',
      unit: 'percentunit',
      width: 6,
      thresholds: { look: 0.01, bad: 0.1 },
    },
    asksWhere(
      'while nothing is tried again',
      'retries',
      `${increase('millrace_events_settled_total', { where: 'outcome="retry"' })} / ${increase('millrace_events_settled_total', { where: tried })}`,
    ),
  ),
  stat(
    {
      title: 'Tries that failed',
      description: 'Tries of the range that ended in a retry or a dead letter, of all tries.',
      unit: 'percentunit',
      width: 6,
      thresholds: { look: 0.01, bad: 0.1 },
    },
    asksWhere(
      'while no try has failed',
      'failed',
      `${increase('millrace_events_settled_total', { where: failed })} / ${increase('millrace_events_settled_total', { where: tried })}`,
    ),
  ),
  stat(
    {
      title: 'Repaired events',
      description:
        'Events of the range that were published again because the broker had lost their effects. More than none calls for npm run verify.',
      unit: 'short',
      width: 6,
      thresholds: { look: 1, bad: 10 },
    },
    asks('repaired', increase('millrace_repaired_events_total')),
  ),
];

const letters: readonly Panel[] = [
  areas(
    {
      title: 'Dead letters by reason',
      description:
        'Events set aside within 15 minutes, by reason. A contract that is not kept is the producer; permanent, exhausted and crashed are the handler or what it calls.',
      unit: 'short',
    },
    asksWhere(
      noLetter,
      '{{reason}}',
      `sum by (reason) (millrace:dead_letters:increase15m${chosen()})`,
    ),
  ),
  areas(
    {
      title: 'Dead letters by type',
      description: 'Events set aside within 15 minutes, by service and type of event.',
      unit: 'short',
    },
    asksWhere(
      noLetter,
      '{{service}} {{type}}',
      `sum by (service, type) (millrace:dead_letters:increase15m${chosen()})`,
    ),
  ),
  table(
    {
      title: 'Dead letters since the processes started',
      description: 'How many of each service, type and reason the processes that run have counted.',
      unit: 'none',
      width: 8,
      height: 8,
    },
    asksWhere(
      noLetter,
      'dead letters',
      total('millrace_dead_letters_total', { by: 'namespace, service, type, reason' }),
    ),
  ),
];

const retries: readonly Panel[] = [
  areas(
    {
      title: 'Retries by type',
      description: 'Tries a second that ended in another try later, by service and type.',
      unit: 'eps',
    },
    asksWhere(
      noRetry,
      '{{service}} {{type}}',
      rate('millrace_events_settled_total', { by: 'service, type', where: 'outcome="retry"' }),
    ),
  ),
  lines(
    {
      title: 'Redelivered',
      description:
        'Deliveries a second that the broker had made before: a lease ran out, a worker went away, an acknowledgement got lost.',
      unit: 'eps',
    },
    asks('{{service}}', rate('millrace_events_redelivered_total', { by: 'service' })),
  ),
  lines(
    {
      title: 'Duplicates',
      description: 'Events a second that the state of their key contained already.',
      unit: 'eps',
    },
    asksWhere(
      'while nothing comes twice',
      '{{service}}',
      rate('millrace_events_settled_total', { by: 'service', where: 'outcome="duplicate"' }),
    ),
  ),
];

const waiting: readonly Panel[] = [
  lines(
    {
      title: 'Waiting for the next try by service',
      description:
        'Events that failed and wait: in the lanes of replicas, or scheduled in a retry stream.',
      unit: 'short',
    },
    asks('{{service}} in lanes', total('millrace_retries_waiting_events', { by: 'service' })),
    asks('{{service}} scheduled', largest('millrace_retries_scheduled_events', { by: 'service' })),
  ),
  heatmap(
    {
      title: 'Attempts at an event',
      description: 'Which attempt was the last: in a healthy system nearly always the first.',
      unit: 'short',
      width: 8,
    },
    asks('{{le}}', buckets('millrace_event_attempts')),
  ),
  lines(
    {
      title: 'Parked keys by service',
      description: 'Keys that wait behind a dead letter, and the events a second set behind one.',
      unit: 'short',
    },
    asks('{{service}} keys', largest('millrace_parked_keys', { by: 'service' })),
    asksWhere(
      'where no key is parked',
      '{{service}} events',
      rate('millrace_events_settled_total', { by: 'service', where: 'outcome="parked"' }),
    ),
  ),
];

/** What failed, what is tried again, what waits for somebody. */
export const deadLetters: Board = {
  name: 'dead-letters',
  title: 'Dead letters and retries',
  description: 'What failed and why, what is tried again, and which keys wait for a ruling.',
  sections: [
    { title: 'Now', panels: now },
    { title: 'Dead letters', panels: letters },
    { title: 'Retries', panels: retries },
    { title: 'What waits', panels: waiting },
  ],
};
