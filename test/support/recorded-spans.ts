import { context } from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Tracing } from '../../src/infra/pipeline/tracing.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { CallContext } from '../../src/infra/tracing/call-context.ts';
import { makeTracing } from '../../src/infra/tracing/make-tracing.ts';
import { kinds, type SeenSpan, treeOf } from './span-tree.ts';

/** Tracing whose spans stay in this process. */
export class RecordedSpans {
  readonly #exporter = new InMemorySpanExporter();
  readonly #provider: BasicTracerProvider;

  constructor(sampler?: Sampler) {
    context.setGlobalContextManager(new CallContext());
    this.#provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(this.#exporter)],
      ...(sampler ? { sampler } : {}),
    });
  }

  /** The tracing of a process of a name. */
  of(service: string): Tracing {
    return makeTracing({
      provider: this.#provider,
      service,
      version: service,
      clock: systemClock,
      followsParent: true,
    });
  }

  get all(): SeenSpan[] {
    return this.#exporter.getFinishedSpans().map(seen);
  }

  named(name: string): SeenSpan[] {
    return this.all.filter((span) => span.name === name);
  }

  /** The only one of its name. */
  one(name: string): SeenSpan {
    const [span, ...others] = this.named(name);
    if (!span || others.length > 0) throw new Error(`${others.length + (span ? 1 : 0)} of ${name}`);
    return span;
  }

  tree(): string[] {
    return treeOf(this.all);
  }
}

const seen = (span: ReadableSpan): SeenSpan => ({
  // Each process's tracing has its name for its version here.
  service: span.instrumentationScope.version ?? '',
  name: span.name,
  kind: kinds[span.kind + 1] ?? '',
  traceId: span.spanContext().traceId,
  spanId: span.spanContext().spanId,
  parentId: span.parentSpanContext?.spanId,
  start: nanoseconds(span.startTime),
  end: nanoseconds(span.endTime),
  attributes: span.attributes,
  links: span.links.map(({ context: { traceId, spanId }, attributes = {} }) => ({
    traceId,
    spanId,
    kind: attributes['millrace.link'],
  })),
  isError: span.status.code === 2,
  status: span.status.message ?? '',
  events: span.events.map(({ name, attributes = {} }) => ({ name, attributes })),
});

const nanoseconds = ([seconds, nanos]: readonly [number, number]): bigint =>
  BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
