import { count, duration, perSecond } from '../terminal/figures.ts';
import { table } from '../terminal/table.ts';
import type { ReplaySummary } from './replay.ts';

/** A replay's summary for people. */
export const saySummary = (summary: ReplaySummary): string => {
  const { lines, published, duplicates, bad, unpublished, seconds, ackTimes } = summary;
  const half = duration(ackTimes.quantile(0.5));
  const most = duration(ackTimes.quantile(0.99));
  return table([
    ['lines', count(lines)],
    ['published', count(published)],
    ['duplicates', count(duplicates)],
    ['bad', count(bad)],
    ['unpublished', count(unpublished)],
    ['events/s', perSecond((published + duplicates) / seconds)],
    ['acknowledged p50', half],
    ['acknowledged p99', most],
  ]);
};
