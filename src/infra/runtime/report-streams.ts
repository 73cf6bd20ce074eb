import type { ServiceStream } from '../../contracts/streams.ts';
import type { Bus } from '../pipeline/ports.ts';
import type { Reporting } from './report-service.ts';

/** How often the broker is asked how large streams are. */
const askEveryMs = 10_000;

/** Keeps the gauges of how full streams are true, until told to end. */
export const reportStreams = (
  { bus, metrics, clock, logger }: Reporting,
  streams: readonly ServiceStream[],
): (() => void) => {
  const { upkeep } = bus;
  if (!upkeep) return () => {};
  let cancel = () => {};
  let hasEnded = false;
  const ask = async (): Promise<void> => {
    try {
      const sizes = await sizesOf(upkeep, streams);
      forget(metrics);
      for (const { stream, bytes, limitBytes } of sizes) {
        metrics.gauge('millrace_stream_bytes', { stream }).set(bytes);
        if (limitBytes) metrics.gauge('millrace_stream_limit_bytes', { stream }).set(limitBytes);
      }
    } catch (error) {
      forget(metrics);
      logger.warn({ error: String(error) }, 'cannot read how large the streams are');
    }
    if (!hasEnded) cancel = clock.after(askEveryMs, () => void ask());
  };
  void ask();
  return () => {
    hasEnded = true;
    cancel();
  };
};

const sizesOf = (upkeep: NonNullable<Bus['upkeep']>, streams: readonly ServiceStream[]) =>
  Promise.all(
    streams.map(async (stream) => ({ ...(await upkeep.sizeOf(stream)), stream: stream.name })),
  );

/** What cannot be read must not look as if it were known. */
const forget = (metrics: Reporting['metrics']): void => {
  metrics.forget('millrace_stream_bytes');
  metrics.forget('millrace_stream_limit_bytes');
};
