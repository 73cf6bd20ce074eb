import type { Metrics } from './metrics.ts';

/** Counts and times what a bus tells of itself: batches, connections, partitions. */
export const measureBus = (metrics: Metrics) => {
  const seconds = metrics.histogram('millrace_commit_seconds', {});
  const decisions = metrics.histogram('millrace_commit_decisions', {});
  const reconnects = metrics.counter('millrace_broker_reconnects_total', {});
  return {
    onReconnect: () => reconnects.inc(),
    onBatch: (batch: { readonly decisions: number; readonly seconds: number }) => {
      seconds.observe(batch.seconds);
      decisions.observe(batch.decisions);
    },
    onOwned: ({ stream, partitions }: { readonly stream: string; readonly partitions: number }) => {
      metrics.gauge('millrace_partitions_owned', { stream }).set(partitions);
    },
    onTakeover: (takeover: {
      readonly stream: string;
      readonly recalled: number;
      readonly seconds: number;
    }) => {
      const { stream, recalled } = takeover;
      metrics.histogram('millrace_takeover_seconds', { stream }).observe(takeover.seconds);
      metrics.counter('millrace_recalled_events_total', { stream }).inc(recalled);
    },
  };
};
