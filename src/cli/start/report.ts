import { demoPassword } from '../sample/demo-password.ts';
import { count, duration, percent, perSecond } from '../terminal/figures.ts';
import { table } from '../terminal/table.ts';
import { availabilityOf, meanTimes, type UpTime } from './availability.ts';
import type { Figures, ServiceFigures } from './figures.ts';
import type { Ledger, LedgerRow } from './ledger.ts';
import type { SampleRun } from './run-sample.ts';

/** Everything that a run of the sample has to say. */
export const sayRun = ({ replayed, ledger, figures }: SampleRun): string => {
  const { lines, published, duplicates, bad, unpublished, ackTimes, seconds } = replayed;
  const sent = [
    `${count(lines)} lines sent in ${duration(seconds * 1000)}: ${count(published)} new events`,
    `${count(duplicates)} sent again under the same id`,
    ...(bad > 0 ? [`${count(bad)} bad lines`] : []),
    ...(unpublished > 0 ? [`${count(unpublished)} not accepted`] : []),
  ];
  const acknowledged = `acknowledged within ${duration(ackTimes.quantile(0.5))} (p50), ${duration(ackTimes.quantile(0.99))} (p99)`;
  return [
    `${sent.join(', ')}; ${acknowledged}.`,
    '',
    sayTable(ledger.rows(), figures),
    '',
    sayFigures(figures),
    '',
    sayAccount(ledger),
  ].join('\n');
};

/** What there is to say when the sample was not let finish. */
export const sayCutShort = ({ ledger }: Pick<SampleRun, 'ledger'>): string =>
  `Stopped in the middle: ${count(ledger.accepted)} events were accepted. With data on disk, the next start handles what is left.`;

const headings = ['', 'events', 'handled', 'rejected', 'dead', 'throughput', 'p50', 'p99'];

const sayTable = (rows: readonly LedgerRow[], { services, all }: Figures): string =>
  table([
    headings,
    ...services.map((figures) => {
      const own = rows.filter(({ stream }) => stream === figures.service.toUpperCase());
      return tableRow(figures, own);
    }),
    tableRow(all, rows),
  ]);

const tableRow = (figures: ServiceFigures, rows: readonly LedgerRow[]): readonly string[] => {
  const total = (field: 'accepted' | 'handled' | 'rejected' | 'dead'): string =>
    count(rows.reduce((sum, row) => sum + row[field], 0));
  return [
    figures.service,
    total('accepted'),
    total('handled'),
    total('rejected'),
    total('dead'),
    perSecond(figures.throughput),
    duration(figures.responseP50Ms),
    duration(figures.responseP99Ms),
  ];
};

/** The five figures, each with what it means. */
const sayFigures = (figures: Figures): string => {
  const { seconds, services, all, latencyMs, availability } = figures;
  const each = (say: (service: ServiceFigures) => string): string =>
    services.map((service) => `${service.service} ${say(service)}`).join(', ');
  return [
    `The five figures of these ${duration(seconds * 1000)}:`,
    `  average response time  ${duration(all.responseMs)}  (${each(({ responseMs }) => duration(responseMs))})`,
    '      ART: mean time from publish to settled',
    `  throughput             ${each(({ throughput }) => perSecond(throughput))}`,
    '      TP: events settled a second, by service; those that services ask of each other included',
    `  system throughput      ${perSecond(all.throughput)}`,
    '      ST: the sum over the services',
    `  system latency         ${duration(latencyMs)}`,
    '      SL: mean time from publish to the facts being visible in the stream',
    `  system availability    ${percent(availabilityOf(availability.system))}  (${sayFailures(availability.system)})`,
    '      SA: MTBF / (MTBF + MTTR); up: a worker of each service is ready, or nothing waits for it',
  ].join('\n');
};

const sayFailures = (times: UpTime): string => {
  const means = meanTimes(times);
  if (!means) return 'no failure';
  return `failures: ${times.failures}, MTBF ${duration(means.betweenMs)}, MTTR ${duration(means.repairMs)}`;
};

/** How many are named; of more there is only the number. */
const named = 10;

/** Whether everything that was accepted is accounted for, and what is not. */
const sayAccount = (ledger: Ledger): string => {
  const missing = ledger.missing();
  const doubled = ledger.doubled();
  const ended = `${count(ledger.ended)} of ${count(ledger.accepted)} accepted events`;
  if (missing.length + doubled.length === 0) {
    return `Accounted for: ${ended} ended exactly once, none is missing, none is doubled.`;
  }
  return [
    `NOT accounted for: ${ended} ended.`,
    ...sayIds('missing', missing),
    ...sayIds('doubled', doubled),
  ].join('\n');
};

const sayIds = (what: string, ids: readonly string[]): readonly string[] => {
  if (ids.length === 0) return [];
  const more = ids.length > named ? ` and ${count(ids.length - named)} more` : '';
  return [`  ${what}: ${ids.slice(0, named).join(', ')}${more}`];
};

/** What to try now, as lines for a shell; any NATS client will do where there is a broker. */
export const sayInvitation = (gatewayUrl: string, brokerUrl?: string): string =>
  [
    'Try:',
    `  curl '${gatewayUrl}/products?search=mug'`,
    `  TOKEN=$(curl -s ${gatewayUrl}/sessions -H 'content-type: application/json' -d '{"username":"demo","password":"${demoPassword}"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    `  curl ${gatewayUrl}/carts/me/items -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -H 'prefer: wait=5' -d '{"productId":"stoneware-mug-rust","quantity":1}'`,
    ...(brokerUrl ? sayBrokerLines(brokerUrl) : []),
  ].join('\n');

const sayBrokerLines = (url: string): readonly string[] => [
  `  nats pub -s ${url} cart.add.demo '{"userId":"demo","productId":"stoneware-mug-rust","quantity":2}'`,
  `  npm run replay -- --url ${url} FILE.ndjson`,
];
