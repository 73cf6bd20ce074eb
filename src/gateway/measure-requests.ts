import type { Metrics } from '../infra/observability/metrics.ts';
import type { GatewayPorts } from './ports.ts';

/** Counts requests and publishes; each combination of labels is looked up once. */
export const measureRequests = (
  metrics: Metrics,
): Required<Pick<GatewayPorts, 'onRequestDone' | 'onPublished'>> => {
  const durations = remembered((method: string, route: string, status: string) =>
    metrics.histogram('millrace_http_request_seconds', { method, route, status }),
  );
  const publishes = remembered((type: string, outcome: string) =>
    metrics.counter('millrace_published_events_total', { type, outcome }),
  );
  return {
    onRequestDone: ({ method, route, status, seconds }) =>
      durations(method, route, String(status)).observe(seconds),
    onPublished: (type, result) => publishes(type, result).inc(),
  };
};

const remembered = <Labels extends string[], Metric>(
  make: (...labels: Labels) => Metric,
): ((...labels: Labels) => Metric) => {
  const made = new Map<string, Metric>();
  return (...labels) => {
    const key = labels.join(' ');
    const metric = made.get(key) ?? make(...labels);
    made.set(key, metric);
    return metric;
  };
};
