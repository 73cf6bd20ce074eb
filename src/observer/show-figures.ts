import type { Metrics } from '../infra/observability/metrics.ts';
import { ageOf } from './lag-page.ts';
import type { Observation, ObservedLetters } from './observation.ts';
import type { KnownLag, ObservedStream, ServiceConsumer } from './service-lag.ts';

const gauges = [
  'millrace_consumer_pending_events',
  'millrace_consumer_unacknowledged_events',
  'millrace_consumer_unacknowledged_limit_events',
  'millrace_consumer_redelivered_events',
  'millrace_consumer_oldest_waiting_seconds',
  'millrace_consumer_waiting_pulls',
  'millrace_consumer_pinned',
  'millrace_service_waiting_events',
  'millrace_service_oldest_waiting_seconds',
  'millrace_retries_scheduled_events',
  'millrace_dead_letters_held',
  'millrace_dead_letter_oldest_seconds',
  'millrace_parked_keys',
  'millrace_stream_messages',
  'millrace_stream_bytes',
  'millrace_stream_limit_bytes',
  'millrace_stream_last_sequence',
  'millrace_stream_oldest_message_seconds',
  'millrace_stream_configured_replicas',
  'millrace_stream_current_replicas',
] as const;

/** Sets the gauges of what was observed whenever they are asked for: what is not known is not there. */
export const showFigures = (metrics: Metrics, observation: Observation): void =>
  metrics.beforeScrape(() => {
    for (const name of gauges) metrics.forget(name);
    for (const service of observation.services) {
      const lag = observation.lagOf(service);
      if (lag?.kind === 'known') showLag(metrics, service, lag);
    }
    for (const observed of observation.streams) showStream(metrics, observed);
    for (const observed of observation.letters) showLetters(metrics, observed);
  });

const showLag = (metrics: Metrics, service: string, lag: KnownLag): void => {
  const { consumers, pending, unacknowledged, oldestStoredAt, asOf } = lag;
  metrics.gauge('millrace_service_waiting_events', {}, service).set(pending + unacknowledged);
  const oldest = metrics.gauge('millrace_service_oldest_waiting_seconds', {}, service);
  oldest.set(ageOf(oldestStoredAt, asOf));
  metrics.gauge('millrace_retries_scheduled_events', {}, service).set(lag.scheduledRetries);
  for (const consumer of consumers) showConsumer(metrics, consumer, asOf);
};

const showConsumer = (metrics: Metrics, sight: ServiceConsumer, asOf: number): void => {
  const { service, stream, consumer } = sight;
  const set = (name: (typeof gauges)[number] & `millrace_consumer_${string}`, value: number) =>
    metrics.gauge(name, { stream, consumer }, service).set(value);
  set('millrace_consumer_pending_events', sight.pending);
  set('millrace_consumer_unacknowledged_events', sight.unacknowledged);
  const limit = sight.unacknowledgedLimit;
  if (limit !== undefined) set('millrace_consumer_unacknowledged_limit_events', limit);
  set('millrace_consumer_redelivered_events', sight.redelivered);
  set('millrace_consumer_oldest_waiting_seconds', ageOf(sight.oldestStoredAt, asOf));
  set('millrace_consumer_waiting_pulls', sight.waitingPulls);
  if (sight.isPinned !== undefined) set('millrace_consumer_pinned', sight.isPinned ? 1 : 0);
};

const showStream = (metrics: Metrics, { stream: observed, readings }: ObservedStream): void => {
  const { name: stream, service, role } = observed;
  const readAt = readings.lastSeenAt;
  if (readAt !== undefined && role !== 'retries') {
    metrics.gauge('millrace_observation_timestamp_seconds', {}, service).set(readAt / 1000);
  }
  const seen = readings.seen();
  if (seen.kind === 'unseen' || !seen.value) return;
  const { messages, bytes, limitBytes, lastSequence, oldestStoredAt, replicas } = seen.value;
  const set = (name: (typeof gauges)[number] & `millrace_stream_${string}`, value: number) =>
    metrics.gauge(name, { stream }, service).set(value);
  set('millrace_stream_messages', messages);
  set('millrace_stream_bytes', bytes);
  if (limitBytes !== undefined) set('millrace_stream_limit_bytes', limitBytes);
  set('millrace_stream_last_sequence', lastSequence);
  if (oldestStoredAt !== undefined) {
    set('millrace_stream_oldest_message_seconds', ageOf(oldestStoredAt, seen.at));
  }
  set('millrace_stream_configured_replicas', replicas.configured);
  set('millrace_stream_current_replicas', replicas.current);
};

const showLetters = (metrics: Metrics, { service, readings }: ObservedLetters): void => {
  const seen = readings.seen();
  if (seen.kind === 'unseen' || !seen.value) return;
  const { held, oldestAt, parkedKeys } = seen.value;
  metrics.gauge('millrace_dead_letters_held', {}, service).set(held);
  const oldest = metrics.gauge('millrace_dead_letter_oldest_seconds', {}, service);
  oldest.set(ageOf(oldestAt, seen.at));
  metrics.gauge('millrace_parked_keys', {}, service).set(parkedKeys);
};
