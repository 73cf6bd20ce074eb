import type { ServiceStream } from '../../contracts/streams.ts';
import type { Retention } from './retention.ts';
import { type ConsumerState, overlap, type Upkeep } from './upkeep.ts';

/** What a stream keeps for a time. */
export type KeptKind = 'requests' | 'facts' | 'dead-letters';

/** What a round of trimming has done and found. */
export interface TrimReport {
  readonly kind: KeptKind;
  readonly trimmed: number;
  /** When the oldest message that is left was stored, milliseconds since 1970. */
  readonly oldest: number | undefined;
  /** Who keeps something that is older than the retention, each once. */
  readonly heldBackBy: readonly HeldBack[];
}

/** Somebody who keeps messages from being removed: a consumer, or what a message is still needed for. */
export interface HeldBack {
  /** Of a consumer its name. */
  readonly by: string;
  /** The service that the consumer says it belongs to, or else its name if it has a lasting one. */
  readonly holder: string;
  /** For how long the oldest of what it keeps is past its retention. */
  readonly overdueMs: number;
}

export interface TrimOptions {
  readonly stream: ServiceStream;
  readonly retention: Retention;
  readonly upkeep: Upkeep;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The first request event of a partition whose body is nowhere else; see `LeftBehind`. */
  readonly leftBehind?: ((partition: number) => Promise<number | undefined>) | undefined;
  /** True while a key of a partition waits behind a dead letter, whether or not events wait with it. */
  readonly hasParked?: ((partition: number) => boolean) | undefined;
  /** True when the round must end: what is left goes in the next one. */
  readonly isOver?: () => boolean;
}

/** So many sequences at a time: a purge holds up everybody else at the stream while it lasts. */
const largestStep = 100_000;

/**
 * Removes from a stream what is both older than its retention and settled by everybody who reads it.
 *
 * Everybody: all consumers whose filters can match it, whosever they are, durable or not. One that
 * has settled nothing keeps everything. Of those who acknowledge nothing counts what they have been
 * delivered. Request events stay also while their own service has no consumer for them.
 *
 * Two processes that do it at once do no harm: each removes only what both may. States and parked
 * events are never touched.
 *
 * @throws BusUnavailable, BusRefused; what was removed before is gone then
 */
export const trim = async (options: TrimOptions): Promise<readonly TrimReport[]> => {
  const { stream, retention } = options;
  const consumers = await options.upkeep.consumersOf(stream);
  const reports: TrimReport[] = [];
  for (const { kind, roots, keepMs } of kindsOf(retention)) {
    const parts: Part[] = [];
    for (const root of keepMs === 'keep' ? [] : roots) {
      for (let partition = 0; partition < stream.partitions; partition++) {
        const filter = `${root}.${stream.service}.${partition}.>`;
        const kept = { filter, root, partition, keepMs: Number(keepMs), consumers };
        parts.push(await trimPart(options, kept));
      }
    }
    reports.push(summaryOf(kind, parts));
  }
  return reports;
};

const kindsOf = ({ requestsMs, factsMs, deadLettersMs }: Retention) =>
  [
    { kind: 'requests', roots: ['in', 'repair'], keepMs: requestsMs },
    { kind: 'facts', roots: ['fact'], keepMs: factsMs },
    { kind: 'dead-letters', roots: ['dead', 'ruling'], keepMs: deadLettersMs },
  ] as const;

interface Kept {
  readonly filter: string;
  readonly root: string;
  readonly partition: number;
  readonly keepMs: number;
  readonly consumers: readonly ConsumerState[];
}

type Part = Omit<TrimReport, 'kind'>;

/** One partition of one kind: an idle partition's consumer stays behind, and must not hold up the others. */
const trimPart = async (options: TrimOptions, kept: Kept): Promise<Part> => {
  const { stream, upkeep, now } = options;
  const cutoff = now - kept.keepMs;
  const first = await upkeep.firstOf(stream, kept.filter, { sequence: 1 });
  if (!first || first.storedAt >= cutoff) {
    return { trimmed: 0, oldest: first?.storedAt, heldBackBy: [] };
  }
  const young = await upkeep.firstOf(stream, kept.filter, { time: cutoff });
  // Nothing is young enough to stay: the consumers alone say where to end.
  const oldEnd = young?.sequence ?? Number.MAX_SAFE_INTEGER;
  const holders = [...readersBehind(stream, kept), ...(await othersBehind(options, kept))].filter(
    (holder) => holder.end < oldEnd,
  );
  const end = Math.min(oldEnd, ...holders.map(({ end }) => end));
  const trimmed = await purgeTo(options, kept.filter, { from: first.sequence, end });
  const left = trimmed ? await upkeep.firstOf(stream, kept.filter, { sequence: 1 }) : first;
  const isHeld = left !== undefined && left.storedAt < cutoff && left.sequence >= end;
  const lowest = isHeld ? holders.filter((holder) => holder.end === end) : [];
  return {
    trimmed,
    oldest: left?.storedAt,
    heldBackBy: lowest.map(({ name, holder = name }) => ({
      by: name,
      holder,
      overdueMs: cutoff - (left?.storedAt ?? cutoff),
    })),
  };
};

/** Who needs something from a sequence on. */
interface Holder {
  readonly name: string;
  readonly holder?: string;
  readonly end: number;
}

const readersBehind = ({ service }: ServiceStream, { filter, root, consumers }: Kept): Holder[] => {
  const readers = consumers.filter(({ filters }) => filters.some((each) => overlap(each, filter)));
  const hasOwner = readers.some((reader) => reader.isDurable && belongsTo(service, reader));
  return [
    ...readers.map((reader) => ({
      name: reader.name,
      holder: reader.service ?? (reader.isDurable ? reader.name : 'a follower'),
      end: reader.settledUpTo + 1,
    })),
    // A service that never ran, or whose consumer was deleted, has settled nothing.
    ...(root === 'in' && !hasOwner ? [{ name: `${service}, which has none yet`, end: 0 }] : []),
  ];
};

const othersBehind = async (
  { stream, upkeep, leftBehind, hasParked }: TrimOptions,
  { root, partition }: Kept,
): Promise<Holder[]> => {
  if (root === 'in') {
    const end = await leftBehind?.(partition);
    return end === undefined ? [] : [{ name: 'an event too large for its dead letter', end }];
  }
  if (root === 'fact') return [];
  // What waits behind a dead letter waits for it to be redriven.
  const waiting = await upkeep.firstOf(stream, `parked.${stream.service}.${partition}.>`, {
    sequence: 1,
  });
  const isParked = waiting !== undefined || hasParked?.(partition) === true;
  return isParked ? [{ name: 'a parked key', end: 0 }] : [];
};

/** True for a consumer of a service: it says so, or is named after it. */
export const belongsTo = (service: string, reader: ConsumerState): boolean =>
  reader.service === undefined
    ? reader.name === service || new RegExp(`^${service}-\\d+$`).test(reader.name)
    : reader.service === service;

const purgeTo = async (
  { stream, upkeep, isOver = () => false }: TrimOptions,
  filter: string,
  { from, end }: { readonly from: number; readonly end: number },
): Promise<number> => {
  const last = Math.min(end, (await upkeep.sizeOf(stream)).lastSequence + 1);
  let trimmed = 0;
  for (let at = from; at < last && !isOver(); ) {
    at = Math.min(last, at + largestStep);
    trimmed += await upkeep.purge(stream, filter, at);
  }
  return trimmed;
};

const summaryOf = (kind: KeptKind, parts: readonly Part[]): TrimReport => ({
  kind,
  trimmed: parts.reduce((sum, { trimmed }) => sum + trimmed, 0),
  oldest: parts.reduce<number | undefined>(
    (oldest, part) =>
      oldest === undefined ? part.oldest : Math.min(oldest, part.oldest ?? oldest),
    undefined,
  ),
  heldBackBy: longestOfEach(parts.flatMap(({ heldBackBy }) => heldBackBy)),
});

const longestOfEach = (held: readonly HeldBack[]): readonly HeldBack[] => {
  const longest = new Map<string, HeldBack>();
  for (const one of held) {
    const { overdueMs = 0 } = longest.get(one.by) ?? {};
    if (one.overdueMs >= overdueMs) longest.set(one.by, one);
  }
  return [...longest.values()];
};
