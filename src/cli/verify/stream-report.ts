import type { ServiceStream } from '../../contracts/streams.ts';
import { type Entry, hasTrace, type Verdict, verdicts, wrongVerdicts } from './entry.ts';
import type { Judgement } from './judge.ts';

/** Something that must not be, of one event. */
export interface Finding {
  readonly verdict: (typeof wrongVerdicts)[number];
  readonly partition: number;
  readonly sequence: number;
  readonly id: string;
  /** The token of its key; nothing when that cannot be read. */
  readonly token: string | undefined;
  readonly why: string;
  /** Publishing it again can only do what was not done. */
  readonly isRepairable: boolean;
  /** Where it lies for the last time: its own sequence, or that of a repeat. */
  readonly last: number;
}

/** Findings are kept up to this number, and counted beyond it. */
const mostFindings = 10_000;

/** What became of the request events of one stream. */
export class StreamReport {
  readonly stream: ServiceStream;
  readonly counts: Record<Verdict, number>;
  readonly findings: Finding[] = [];
  /** Events that are missing among others and cannot be named. */
  readonly unnamed: { readonly count: number; readonly among: readonly number[] }[] = [];
  unreadable = 0;

  constructor(stream: ServiceStream) {
    this.stream = stream;
    this.counts = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<
      Verdict,
      number
    >;
  }

  add(partition: number, judgement: Judgement & { readonly unreadable: number }): void {
    this.unreadable += judgement.unreadable;
    for (const [entry, verdict] of judgement.verdicts) {
      this.counts[verdict]++;
      const finding = findingOf(partition, entry, verdict);
      if (finding && this.findings.length < mostFindings) this.findings.push(finding);
    }
    for (const { count, among } of judgement.unnamed) {
      this.counts.unproven -= Math.min(count, this.counts.unproven);
      this.addUnnamed(count, among);
    }
  }

  /** So many of these events are missing, and nobody can tell which. */
  addUnnamed(count: number, among: readonly Entry[]): void {
    this.counts.missing += count;
    this.unnamed.push({ count, among: among.map(({ sequence }) => sequence) });
  }

  get events(): number {
    return verdicts.reduce((sum, verdict) => sum + this.counts[verdict], 0);
  }

  /** How many events are missing, doubled or out of order. */
  get wrong(): number {
    return wrongVerdicts.reduce((sum, verdict) => sum + this.counts[verdict], 0);
  }
}

const findingOf = (partition: number, entry: Entry, verdict: Verdict): Finding | undefined => {
  const wrong = wrongVerdicts.find((each) => each === verdict);
  if (!wrong) return undefined;
  return {
    verdict: wrong,
    partition,
    sequence: entry.sequence,
    id: entry.id,
    token: entry.key?.token,
    why: whyOf(entry, wrong),
    isRepairable: wrong === 'missing' && !hasTrace(entry),
    last: lastOf(entry).sequence,
  };
};

const lastOf = (entry: Entry): Entry => {
  let last = entry;
  for (let next = entry.again; next; next = next.again) if (next.key === entry.key) last = next;
  return last;
};

const whyOf = (entry: Entry, verdict: Finding['verdict']): string => {
  if (verdict === 'doubled') {
    return entry.deadAs === undefined
      ? 'it had its effect twice'
      : 'it was handled, and set aside as a dead letter';
  }
  if (verdict === 'disordered') return 'it was handled after a later event of its key';
  return hasTrace(entry)
    ? 'its facts are there, the state of its key does not contain it'
    : 'it is acknowledged, and neither state nor fact nor dead letter has it';
};
