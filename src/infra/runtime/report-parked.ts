import type { AnyService } from '../pipeline/define-service.ts';
import { ParkedKeys } from '../pipeline/parked-keys.ts';
import type { Reporting } from './report-service.ts';

/** How often the stream is looked at for new dead letters and rulings. */
const lookEveryMs = 5_000;
/** Partitions change hands several times in a row. */
const soonMs = 1_000;

/**
 * Keeps the gauge of parked keys true, of the partitions that this process owns, until told to end.
 *
 * So over all replicas each parked key counts once.
 */
export const reportParked = (
  { bus, metrics, clock, logger }: Reporting,
  { stream, ordering }: Pick<AnyService, 'stream' | 'ordering'>,
): (() => void) => {
  const { upkeep, ownership } = bus;
  if (!upkeep || !ownership || ordering === 'none') return () => {};
  const parked = new ParkedKeys(bus, upkeep, stream);
  const ending = new AbortController();
  const { signal } = ending;
  let isLooking = false;
  const show = (): void => {
    const count = parked.count(ownership.of(stream));
    // What is not known must not look as if it were.
    if (count === undefined) metrics.forget('millrace_parked_keys');
    else metrics.gauge('millrace_parked_keys', {}).set(count);
  };
  const look = async (): Promise<void> => {
    isLooking = true;
    try {
      await parked.look(ownership.of(stream), signal);
      show();
    } catch (error) {
      if (signal.aborted) return;
      metrics.forget('millrace_parked_keys');
      logger.warn({ error: String(error) }, 'cannot read which keys are parked');
    }
    isLooking = false;
    if (!signal.aborted) cancel = clock.after(lookEveryMs, () => void look());
  };
  let cancel = clock.after(soonMs, () => void look());
  const ignoreChanges = ownership.onChange(() => {
    show();
    if (isLooking || signal.aborted) return;
    cancel();
    cancel = clock.after(soonMs, () => void look());
  });
  return () => {
    ending.abort(new Error('the service ends'));
    cancel();
    ignoreChanges();
  };
};
