import {
  readRetrySubject,
  retriesOfPartition,
  retryStreamOf,
  subjectsOf,
} from '../../contracts/streams.ts';
import { decoder } from '../../infra/pipeline/decode.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { belongsTo } from '../../infra/pipeline/trim.ts';
import { type ConsumerState, overlap, type Upkeep } from '../../infra/pipeline/upkeep.ts';
import type { Entry } from './entry.ts';
import type { Judgement } from './judge.ts';
import type { Read } from './reading.ts';
import { StreamReport } from './stream-report.ts';
import { verifyPartition } from './verify-partition.ts';

/** One service, and how its stream is looked at. */
export interface StreamOptions {
  readonly service: AnyService;
  readonly upkeep: Upkeep;
  readonly read: Read;
  /** Only events that were stored at this time or later are judged; milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly eventsAtATime: number;
  readonly onEvent: () => void;
}

/**
 * Accounts for every request event of a service, running or not.
 *
 * What is acknowledged at the beginning is judged; what is stored or acknowledged meanwhile waits.
 *
 * @throws BusUnavailable, BusRefused
 */
export const verifyStream = async (options: StreamOptions): Promise<StreamReport> => {
  const { service, upkeep } = options;
  const { stream } = service;
  const report = new StreamReport(stream);
  const consumers = (await upkeep.consumersOf(stream)).filter(
    (consumer) => consumer.isDurable && belongsTo(service.name, consumer),
  );
  const ground = await groundOf(options);
  const acknowledged = new Acknowledged();
  for (let partition = 0; partition < stream.partitions; partition++) {
    const filter = `in.${stream.service}.${partition}.>`;
    const counts = await upkeep.countsOf(stream, filter);
    const first = await upkeep.firstOf(stream, filter, { sequence: ground.from });
    if (!first) continue;
    const readers = consumers.filter(({ filters }) => filters.some((own) => overlap(own, filter)));
    const floor = Math.max(0, ...readers.map(({ settledUpTo }) => settledUpTo));
    const copies = await copiesOf(options, partition);
    const judgements = verifyPartition({
      ...options,
      ...ground,
      stream,
      partition,
      floor,
      copies,
      first: first.sequence,
      decode: decoder(stream, service.routes),
      events: [...counts.values()].reduce((sum, count) => sum + count, 0),
    });
    for await (const judgement of judgements) {
      report.add(partition, judgement);
      acknowledged.note(readers, floor, judgement);
    }
  }
  for (const { count, among } of acknowledged.withoutEffect()) report.addUnnamed(count, among);
  return report;
};

/**
 * The events of a partition that wait for their next try, by their sequences.
 *
 * Asked after the consumers and before the states: what was acknowledged by then and is said to wait
 * by a state that is read later has had its copy all the time.
 */
const copiesOf = async (
  { service: { stream, ordering }, upkeep }: StreamOptions,
  partition: number,
): Promise<ReadonlySet<number>> => {
  if (ordering === 'key') return new Set();
  const filter = retriesOfPartition(stream, stream.name, partition);
  const counts = await upkeep.countsOf(retryStreamOf(stream), filter);
  return new Set([...counts.keys()].map((subject) => readRetrySubject(subject)?.sequence ?? 0));
};

/** From where the stream is looked at, and what is known of what came before. */
const groundOf = async ({ service, upkeep, since }: StreamOptions) => {
  const { stream } = service;
  const isOrdered = service.ordering === 'key';
  const { firstSequence, lastSequence } = await upkeep.sizeOf(stream);
  if (since === undefined) return { from: 1, isTrimmed: firstSequence > 1, isOrdered };
  const { requests } = subjectsOf(stream);
  const first = await upkeep.firstOf(stream, requests, { time: since });
  return { from: first?.sequence ?? lastSequence + 1, isTrimmed: true, isOrdered };
};

/** Events above a consumer's floor that had no effect yet: more than it waits for were acknowledged. */
class Acknowledged {
  readonly #waiting = new Map<ConsumerState, Entry[]>();

  note(readers: readonly ConsumerState[], floor: number, { verdicts }: Judgement): void {
    const [reader, ...more] = readers;
    // Of two readers nobody can tell which of them an event waits for.
    if (!reader || more.length > 0) return;
    const waiting = this.#waiting.get(reader) ?? [];
    this.#waiting.set(reader, waiting);
    for (const [entry, verdict] of verdicts) {
      const isOut = entry.sequence > floor && entry.sequence <= reader.deliveredUpTo;
      if (entry.isPostponed) continue;
      if (isOut && verdict === 'waiting' && waiting.length <= mostWaiting) waiting.push(entry);
    }
  }

  withoutEffect(): { readonly count: number; readonly among: readonly Entry[] }[] {
    return [...this.#waiting]
      .map(([{ unacknowledged }, among]) => ({ count: among.length - unacknowledged, among }))
      .filter(({ count, among }) => count > 0 && among.length <= mostWaiting);
  }
}

/** More are never out at one consumer. */
const mostWaiting = 100_000;
