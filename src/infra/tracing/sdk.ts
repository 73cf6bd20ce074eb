import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import { CallContext } from './call-context.ts';
import { makeTracing } from './make-tracing.ts';
import { sayTrouble } from './say-trouble.ts';
import type { OpenTracing, TracingOptions, TracingSettings } from './tracing-options.ts';

/**
 * Starts OpenTelemetry's SDK: sampler, queue, limits and exporter as the environment sets them.
 *
 * Spans wait in a queue of bounded length and leave in batches. While no collector takes them the
 * queue is full and what is new is dropped: nobody waits, nothing grows, the log says so seldom.
 */
export const startSdk = async (options: TracingOptions): Promise<OpenTracing> => {
  const { settings, logger } = options;
  diag.setLogger(sayTrouble(logger), {
    logLevel: DiagLogLevel.WARN,
    suppressOverrideMessage: true,
  });
  const provider = new BasicTracerProvider({
    resource: resourceOf(options),
    spanLimits: { linkCountLimit: settings.OTEL_SPAN_LINK_COUNT_LIMIT },
    spanProcessors: [new BatchSpanProcessor(await exporterOf(settings))],
  });
  // For what handlers do: whatever is instrumented for OpenTelemetry continues their spans.
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new CallContext());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  const followsParent = settings.OTEL_TRACES_SAMPLER.startsWith('parentbased');
  return {
    ...makeTracing({ ...options, provider, followsParent }),
    close: async (withinMs) => {
      const { promise: patience, cancel } = expiry(withinMs);
      const closed = provider.shutdown().catch((error: unknown) => diag.error(String(error)));
      await Promise.race([closed, patience]);
      cancel();
    },
  };
};

const exporterOf = async (settings: TracingSettings): Promise<SpanExporter> => {
  const { OTEL_EXPORTER_OTLP_PROTOCOL: all, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: own } = settings;
  const { OTLPTraceExporter } =
    (own ?? all) === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
};

/** What the environment says of the process comes last, so that it holds. */
const resourceOf = ({ service, version, instance }: TracingOptions): Resource =>
  defaultResource()
    .merge(
      resourceFromAttributes({
        'service.namespace': 'millrace',
        'service.name': service,
        'service.version': version,
        'service.instance.id': instance,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }));

const expiry = (ms: number): { readonly promise: Promise<void>; readonly cancel: () => void } => {
  let cancel = (): void => {};
  const promise = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    cancel = () => clearTimeout(timer);
  });
  return { promise, cancel };
};
