import { type Html, html } from './html.ts';
import type {
  BrokerStatus,
  FiguresStatus,
  ReplicaStatus,
  ServiceStatus,
  StatusDocument,
  StreamStatus,
} from './status-document.ts';
import { age, bytes, count, duration, moment, partitions, percent, rate } from './words.ts';

interface Column {
  readonly title: string;
  readonly isNumber?: boolean;
}

const text = (title: string): Column => ({ title });
const number = (title: string): Column => ({ title, isNumber: true });

interface Row {
  readonly head: string;
  readonly cells: readonly (Html | string)[];
}

interface Table {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  /** The first one heads the rows. */
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const tableOf = ({ id, title, caption, columns, rows }: Table): Html => {
  const [, ...others] = columns;
  const cell = (content: Html | string, column: Column | undefined): Html =>
    html`<td${column?.isNumber ? html` class="number"` : ''}>${content}</td>`;
  return html`<section aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
<div class="scroll" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${columns.map(({ title: head, isNumber }) => html`<th scope="col"${isNumber ? html` class="number"` : ''}>${head}</th>`)}</tr></thead>
<tbody>${rows.map(({ head, cells }) => html`<tr><th scope="row">${head}</th>${cells.map((content, index) => cell(content, others[index]))}</tr>`)}</tbody>
</table></div></section>`;
};

const good = (word: string): Html => html`<span class="good">${word}</span>`;
const bad = (word: string): Html => html`<span class="bad">${word}</span>`;
const badIf = (isBad: boolean, word: string): Html | string => (isBad ? bad(word) : word);

export const servicesTable = ({ services }: Pick<StatusDocument, 'services'>): Html =>
  tableOf({
    id: 'service',
    title: 'Services',
    caption: 'What waits is pending and unacknowledged, over all partitions, as the leaders say.',
    columns: [
      text('Service'),
      text('State'),
      number('Replicas ready'),
      number('Events waiting'),
      number('Oldest waits'),
      number('Retries scheduled'),
      number('Dead letters'),
      number('Parked keys'),
      text('Partitions without an owner'),
    ],
    rows: services.map((status) => ({ head: status.service, cells: serviceCells(status) })),
  });

const serviceCells = (status: ServiceStatus): readonly (Html | string)[] => {
  const there = status.replicas.filter(({ state }) => state !== 'gone').length;
  return [
    stateOf(status.isUp),
    badIf(status.readyReplicas < there, `${status.readyReplicas} of ${there}`),
    count(status.waitingEvents),
    age(status.oldestWaitingSeconds),
    count(status.scheduledRetries),
    badIf((status.deadLetters ?? 0) > 0, count(status.deadLetters)),
    badIf((status.parkedKeys ?? 0) > 0, count(status.parkedKeys)),
    status.partitionsWithoutOwner === undefined
      ? 'unknown'
      : partitions(status.partitionsWithoutOwner),
  ];
};

const stateOf = (isUp: boolean | undefined): Html => {
  if (isUp === undefined) return html`unknown`;
  return isUp ? good('up') : bad('down');
};

export const figuresTable = ({ windowSeconds, services, system }: FiguresStatus): Html =>
  tableOf({
    id: 'figure',
    title: 'The five figures',
    caption: `Of the last ${duration(windowSeconds)}, as the replicas counted; availability since this observer began, a day at most.`,
    columns: [
      text('Service'),
      number('Throughput'),
      number('Average response time'),
      number('System latency'),
      number('Availability'),
      number('Failures'),
      number('MTBF'),
      number('MTTR'),
    ],
    rows: [
      { head: 'the system', ...system },
      ...services.map((one) => ({ head: one.service, latencySeconds: undefined, ...one })),
    ].map(({ head, throughputPerSecond, responseSeconds, latencySeconds, availability }) => ({
      head,
      cells: [
        rate(throughputPerSecond),
        duration(responseSeconds),
        duration(latencySeconds),
        badIf((availability.ratio ?? 1) < 1, percent(availability.ratio)),
        count(availability.failures),
        duration(availability.mtbfSeconds),
        duration(availability.mttrSeconds),
      ],
    })),
  });

export const replicasTable = ({
  services,
  gateway,
}: Pick<StatusDocument, 'services' | 'gateway'>): Html =>
  tableOf({
    id: 'replica',
    title: 'Replicas',
    caption:
      'Those that answer or have announced themselves; those that are gone, for two minutes. Times are UTC.',
    columns: [
      text('Replica'),
      text('Service'),
      text('State'),
      text('Owns partitions'),
      number('Events in flight'),
      text('Since'),
      text('Version'),
    ],
    rows: [...services, { service: 'gateway', replicas: gateway }].flatMap(
      ({ service, replicas }) =>
        replicas.map((replica) => ({
          head: replica.name,
          cells: [service, ...replicaCells(replica)],
        })),
    ),
  });

const replicaCells = (replica: ReplicaStatus): readonly (Html | string)[] => {
  const { state, why, inFlight, startedAt, version } = replica;
  const words = why.length > 0 ? `${state}: ${why.join(', ')}` : state;
  return [
    state === 'ready' ? good(words) : badIf(state !== 'gone', words),
    partitions(replica.partitions),
    inFlight === undefined ? '–' : count(inFlight),
    html`<span class="moment">${moment(startedAt)}</span>`,
    version ?? '–',
  ];
};

export const streamsTable = (streams: readonly StreamStatus[]): Html =>
  tableOf({
    id: 'stream',
    title: 'Streams',
    caption: 'A full stream takes nothing more, and drops nothing.',
    columns: [
      text('Stream'),
      number('Messages'),
      number('Size'),
      number('Limit'),
      text('Used'),
      number('On servers'),
    ],
    rows: streams.map(({ stream, messages, bytes: size, limitBytes, replicas }) => ({
      head: stream,
      cells: [
        count(messages),
        bytes(size),
        limitBytes === undefined ? 'none' : bytes(limitBytes),
        limitBytes === undefined ? '–' : meter(stream, size / limitBytes),
        badIf(
          replicas.current < replicas.configured,
          `${replicas.current} of ${replicas.configured}`,
        ),
      ],
    })),
  });

const meter = (stream: string, used: number): Html =>
  html`<meter min="0" max="1" high="0.8" optimum="0" value="${used.toFixed(4)}" aria-label="how full ${stream} is">${percent(used)}</meter> ${percent(used)}`;

export const brokerTable = ({ isConnected, servers }: BrokerStatus): Html =>
  tableOf({
    id: 'server',
    title: 'Broker',
    caption: isConnected
      ? 'The servers that keep the streams.'
      : 'Not connected: as they were last seen.',
    columns: [text('Server'), text('State'), text('Leads'), text('Is behind in')],
    rows: servers.map(({ name, isOnline, leads, isBehindIn }) => ({
      head: name,
      cells: [
        isOnline && isConnected ? good('online') : bad(isConnected ? 'offline' : 'unknown'),
        leads.join(', ') || '–',
        badIf(isBehindIn.length > 0, isBehindIn.join(', ') || '–'),
      ],
    })),
  });
