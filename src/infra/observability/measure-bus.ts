import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

interface Owned {
  readonly stream: string;
  readonly partitions: readonly number[];
}

interface Takeover {
  readonly stream: string;
  readonly partition: number;
  readonly recalled: number;
  readonly seconds: number;
}

/** Logs, counts and times what a bus tells of itself: batches, connections, partitions. */
export const measureBus = (metrics: Metrics, logger: Logger) => {
  const reconnects = metrics.counter('millrace_broker_reconnects_total', {});
  return {
    onReconnect: () => reconnects.inc(),
    onRefused: ({ operation }: { readonly operation: string }) =>
      metrics.counter('millrace_broker_refusals_total', { operation }).inc(),
    onPullError: (failed: { readonly stream: string; readonly code: string }) =>
      metrics.counter('millrace_pull_errors_total', { ...failed }).inc(),
    onRoundTrip: (took: number | undefined) => {
      // What is not known must not look as if it were.
      if (took === undefined) metrics.forget('millrace_broker_rtt_seconds');
      else metrics.gauge('millrace_broker_rtt_seconds', {}).set(took);
    },
    onBatch: (batch: { readonly decisions: number; readonly seconds: number }) => {
      // Only who commits has them.
      metrics.histogram('millrace_commit_seconds', {}).observe(batch.seconds);
      metrics.histogram('millrace_commit_decisions', {}).observe(batch.decisions);
    },
    onOwned: ({ stream, partitions }: Owned) => {
      logger.info({ stream, partitions: partitions.join(' ') }, 'owns partitions');
      metrics.gauge('millrace_partitions_owned', { stream }).set(partitions.length);
    },
    onTakeover: (takeover: Takeover) => {
      const { stream, recalled } = takeover;
      logger.debug(takeover, 'partition taken over');
      metrics.histogram('millrace_takeover_seconds', { stream }).observe(takeover.seconds);
      metrics.counter('millrace_recalled_events_total', { stream }).inc(recalled);
    },
  };
};
