import type { Logger } from '../observability/logger.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { Tracing } from '../pipeline/tracing.ts';

/** What of the environment decides about tracing; the rest OpenTelemetry reads itself. */
export interface TracingSettings {
  readonly OTEL_SDK_DISABLED: 'true' | 'false';
  readonly OTEL_TRACES_EXPORTER?: 'otlp' | 'none' | undefined;
  readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string | undefined;
  readonly OTEL_EXPORTER_OTLP_PROTOCOL: OtlpProtocol;
  readonly OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: OtlpProtocol | undefined;
  readonly OTEL_TRACES_SAMPLER: string;
  readonly OTEL_SPAN_LINK_COUNT_LIMIT: number;
}

/** How spans travel to a collector. */
export type OtlpProtocol = 'http/protobuf' | 'http/json';

export interface TracingOptions {
  /** The name of the process. */
  readonly service: string;
  readonly version: string;
  /** Tells this process from others of its service. */
  readonly instance: string;
  readonly settings: TracingSettings;
  readonly logger: Logger;
  readonly clock: Pick<Clock, 'now'>;
}

/** Tracing that sends its spans away. */
export interface OpenTracing extends Tracing {
  /** Sends what waits, for so long at most, and ends. Never throws: a collector that is away is nobody's fault. */
  close(withinMs: number): Promise<void>;
}
