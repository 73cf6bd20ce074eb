import { createHash } from 'node:crypto';
import { count } from '../terminal/figures.ts';
import { table } from '../terminal/table.ts';
import { verdicts } from './entry.ts';
import type { Finding, StreamReport } from './stream-report.ts';

/** Findings shown to people of one stream; `--json` shows all that are kept. */
const mostShown = 50;

/** What each verdict is called. */
const words: Readonly<Record<(typeof verdicts)[number], string>> = {
  applied: 'applied',
  rejected: 'rejected',
  dead: 'dead letters',
  discarded: 'discarded on record',
  redriven: 'redriven',
  parked: 'parked',
  repeated: 'repeated, no second effect',
  waiting: 'waiting',
  unproven: 'too old to prove',
  missing: 'MISSING',
  doubled: 'DOUBLED',
  disordered: 'OUT OF ORDER',
};

/** The reports for people: what became of how many, and what must not be, event by event. */
export const sayReports = (reports: readonly StreamReport[], reveal: boolean): string => {
  const head = ['events', ...reports.map(({ stream }) => stream.service)];
  const shown = verdicts.filter((verdict) => reports.some(({ counts }) => counts[verdict] > 0));
  const rows = shown.map((verdict) => [
    words[verdict],
    ...reports.map(({ counts }) => count(counts[verdict])),
  ]);
  const sums = ['in all', ...reports.map(({ events }) => count(events))];
  return [
    table([head, ...rows, sums]),
    ...reports.flatMap((report) => sayWrong(report, reveal)),
  ].join('\n');
};

const sayWrong = (report: StreamReport, reveal: boolean): string[] => {
  const { stream, findings, unnamed, unreadable } = report;
  const lines = findings.slice(0, mostShown).map((finding) => sayFinding(report, finding, reveal));
  if (findings.length > mostShown) lines.push(`… and more in ${stream.name}: --json names them`);
  for (const { count: missing, among } of unnamed) {
    const all = among.length > 20 ? `${among.slice(0, 20).join(', ')}, …` : among.join(', ');
    lines.push(`MISSING ${stream.name}: ${count(missing)} of the sequences ${all}`);
  }
  if (unreadable > 0) lines.push(`${stream.name}: ${count(unreadable)} states cannot be read`);
  return lines.length > 0 ? ['', ...lines] : [];
};

const sayFinding = ({ stream }: StreamReport, finding: Finding, reveal: boolean): string => {
  const { verdict, sequence, partition, id, why } = finding;
  const key = keyOf(finding, reveal) ?? 'none that can be read';
  return `${words[verdict]} ${stream.name} ${sequence} (partition ${partition}, key ${key}, id ${id}): ${why}`;
};

/** The key's token; unless it is to be shown, a fingerprint of it: a token may be somebody's name. */
const keyOf = ({ token }: Finding, reveal: boolean): string | undefined => {
  if (token === undefined || reveal) return token;
  return `#${createHash('sha256').update(token).digest('hex').slice(0, 12)}`;
};

/** The reports as data. */
export const reportsAsData = (reports: readonly StreamReport[], reveal: boolean) =>
  reports.map((report) => ({
    service: report.stream.service,
    stream: report.stream.name,
    events: report.events,
    counts: report.counts,
    unreadableStates: report.unreadable,
    findings: report.findings.map((finding) => {
      const { verdict, partition, sequence, id, why, isRepairable: repairable } = finding;
      return { verdict, partition, sequence, key: keyOf(finding, reveal), id, why, repairable };
    }),
    missingAmong: report.unnamed,
  }));
