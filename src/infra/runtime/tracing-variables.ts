import { z } from 'zod';

const protocol = z.enum(['http/protobuf', 'http/json']);
const address = z.url({ protocol: /^https?$/, error: 'http://host:port or https://host:port' });

/**
 * The variables by which OpenTelemetry is configured everywhere, as far as this program knows them.
 *
 * Most are read by OpenTelemetry itself, which takes no notice of what it does not understand; here they
 * are checked, so that a mistake is said at the start.
 */
export const tracingVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: address.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: address.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.default('http/protobuf'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol.optional(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: z.coerce.number().int().min(1).max(600_000).default(10_000),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none']).optional(),
  OTEL_TRACES_SAMPLER: z
    .enum([
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ])
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number().int().min(1).max(600_000).default(5_000),
  OTEL_BSP_MAX_QUEUE_SIZE: z.coerce.number().int().min(1).max(1_000_000).default(2_048),
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: z.coerce.number().int().min(1).max(100_000).default(512),
  OTEL_SPAN_LINK_COUNT_LIMIT: z.coerce.number().int().min(0).max(10_000).default(1_000),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
};

const endpoints = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

const wantsTraces = (given: Readonly<Record<string, string | undefined>>): boolean => {
  if (given['OTEL_SDK_DISABLED'] === 'true') return false;
  const exporter = given['OTEL_TRACES_EXPORTER'];
  if (exporter !== undefined) return exporter !== 'none';
  return endpoints.some((name) => given[name] !== undefined);
};

/**
 * An environment without what only says how to trace, where nothing is traced: such variables are set
 * for all programs of a cluster, and what this one cannot do with them must not keep it from starting.
 */
export const withoutIdleTracing = (
  given: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> =>
  wantsTraces(given)
    ? given
    : Object.fromEntries(
        Object.entries(given).filter(
          ([name]) => name === 'OTEL_SDK_DISABLED' || !(name in tracingVariables),
        ),
      );
