import { areas, asks, asksWhere, type Board, lines, type Panel, stat, table } from './panel.ts';
import { chosen, largest } from './promql.ts';

const noEvents = 'while no event is settled';

/** What is declared holds for every installation, so its series have no namespace. */
const declared = (name: string): string =>
  `max by (service, level) (millrace:service_level_${name}{service=~"$service"})`;

const budget: readonly Panel[] = [
  table(
    {
      title: 'What is promised, and what is left',
      description:
        'The share of events that each service promises, over 30 days; how much of what may go wrong is left; and how fast it is used up now. At 1 it lasts exactly as long as it is to.',
      unit: 'percentunit',
      width: 14,
      height: 8,
      columns: { 'burns 1 h': 'none', 'burns 6 h': 'none' },
    },
    asks('promised', declared('objective:ratio')),
    asksWhere(
      noEvents,
      'left',
      `min by (service, level) (millrace:service_level_budget_left:ratio30d${chosen()})`,
    ),
    asksWhere(
      noEvents,
      'burns 1 h',
      `max by (service, level) (millrace:service_level_burn:rate1h${chosen()})`,
    ),
    asksWhere(
      noEvents,
      'burns 6 h',
      `max by (service, level) (millrace:service_level_burn:rate6h${chosen()})`,
    ),
  ),
  stat(
    {
      title: 'Least left',
      description: 'What is left of the budget of the service that has least of it.',
      unit: 'percentunit',
      width: 5,
      height: 8,
    },
    asksWhere(noEvents, 'left', `min(millrace:service_level_budget_left:ratio30d${chosen()})`),
  ),
  stat(
    {
      title: 'Fastest burning',
      description: 'The fastest burn rate of an hour. From 14.4 on somebody is called.',
      unit: 'none',
      width: 5,
      height: 8,
      decimals: 1,
      thresholds: { look: 1, bad: 14.4 },
    },
    asksWhere(noEvents, 'burn rate', `max(millrace:service_level_burn:rate1h${chosen()})`),
  ),
  lines(
    {
      title: 'Budget left',
      description: 'What is left of what 30 days allow, as it changes. Below zero it is broken.',
      unit: 'percentunit',
      isSigned: true,
      width: 24,
      height: 7,
    },
    asksWhere(
      noEvents,
      '{{service}} {{level}}',
      `millrace:service_level_budget_left:ratio30d${chosen()}`,
    ),
  ),
];

const windows = [
  ['5m', 'five minutes'],
  ['30m', 'half an hour'],
  ['1h', 'an hour'],
  ['6h', 'six hours'],
  ['2h', 'two hours'],
  ['1d', 'a day'],
  ['3d', 'three days'],
  ['30d', '30 days'],
] as const;

const burning: readonly Panel[] = windows.map(([window, inWords]) =>
  lines(
    {
      title: `Burn rate over ${inWords}`,
      description:
        'How many times as fast as it may the budget is used up. Alerts compare a long window with a short one.',
      unit: 'none',
      width: 6,
      height: 6,
    },
    asksWhere(
      noEvents,
      '{{service}} {{level}}',
      `millrace:service_level_burn:rate${window}${chosen()}`,
    ),
  ),
);

const events: readonly Panel[] = [
  areas(
    {
      title: 'Bad events',
      description: 'Events a second that were late, or that became dead letters.',
      unit: 'eps',
    },
    asksWhere(noEvents, '{{service}} {{level}}', `millrace:service_level_bad:rate5m${chosen()}`),
  ),
  areas(
    {
      title: 'Events that count',
      description: 'Events settled a second, of which the promised share is to be good.',
      unit: 'eps',
    },
    asks('{{service}} {{level}}', `millrace:service_level_events:rate5m${chosen()}`),
  ),
  lines(
    {
      title: 'Oldest waiting event',
      description:
        'How long somebody has been waiting, the time within which events are to be settled, and the time after which somebody is called.',
      unit: 's',
    },
    asks('{{service}}', largest('millrace_service_oldest_waiting_seconds', { by: 'service' })),
    asks('{{service}} promised', 'millrace:service_level_within:seconds{service=~"$service"}'),
    asks('{{service}} overdue', 'millrace:service_level_overdue:seconds{service=~"$service"}'),
  ),
];

/** What each service promises, and how well it keeps it. */
export const serviceLevels: Board = {
  name: 'service-levels',
  title: 'Service levels',
  description:
    'What each service promises, how much may still go wrong, and how fast that is used up.',
  sections: [
    { title: 'Budget', panels: budget },
    { title: 'Burning', panels: burning },
    { title: 'Events', panels: events },
  ],
};
