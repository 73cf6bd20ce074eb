import type { OpenTracing, TracingOptions, TracingSettings } from './tracing-options.ts';

/** Tracing as the environment wants it; nothing, and nothing of it loaded, when it wants none. */
export const openTracing = async (options: TracingOptions): Promise<OpenTracing | undefined> =>
  isWanted(options.settings) ? (await import('./sdk.ts')).startSdk(options) : undefined;

/** Somebody said where spans go, or that they go to where they usually do. */
const isWanted = (settings: TracingSettings): boolean => {
  if (settings.OTEL_SDK_DISABLED === 'true') return false;
  if (settings.OTEL_TRACES_EXPORTER !== undefined) return settings.OTEL_TRACES_EXPORTER === 'otlp';
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = settings;
  return all !== undefined || own !== undefined;
};
