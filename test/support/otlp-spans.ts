import {
  bytesIn,
  type Fields,
  fieldsOf,
  hexIn,
  messagesIn,
  numberIn,
  textIn,
} from './otlp-protobuf.ts';
import { kinds, type SeenSpan } from './span-tree.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** The spans of an export request in protobuf, by opentelemetry/proto/trace/v1/trace.proto. */
export const spansInProtobuf = (body: Buffer): SeenSpan[] =>
  messagesIn(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const resource = messagesIn(resourceSpans, 1).map((each) => attributesIn(each, 1))[0] ?? {};
    return messagesIn(resourceSpans, 2)
      .flatMap((scope) => messagesIn(scope, 2))
      .map((span) => spanOf(span, resource));
  });

const spanOf = (span: Fields, resource: Attributes): SeenSpan => {
  const [status] = messagesIn(span, 15);
  return {
    service: String(resource['service.name']),
    traceId: hexIn(span, 1),
    spanId: hexIn(span, 2),
    parentId: hexIn(span, 4) || undefined,
    name: textIn(span, 5),
    kind: kinds[Number(numberIn(span, 6))] ?? '',
    start: numberIn(span, 7),
    end: numberIn(span, 8),
    attributes: attributesIn(span, 9),
    events: messagesIn(span, 11).map((event) => ({
      name: textIn(event, 2),
      attributes: attributesIn(event, 3),
    })),
    links: messagesIn(span, 13).map((link) => ({
      traceId: hexIn(link, 1),
      spanId: hexIn(link, 2),
      kind: attributesIn(link, 4)['millrace.link'],
    })),
    isError: status !== undefined && numberIn(status, 3) === 2n,
    status: status ? textIn(status, 2) : '',
  };
};

const attributesIn = (fields: Fields, field: number): Attributes =>
  Object.fromEntries(
    messagesIn(fields, field).map((pair) => [
      textIn(pair, 1),
      attributeValue(messagesIn(pair, 2)[0]),
    ]),
  );

/** Text, boolean, whole number; what else there may be stays as it came. */
const attributeValue = (value: Fields | undefined): unknown => {
  if (!value) return undefined;
  if (value.has(1)) return textIn(value, 1);
  if (value.has(2)) return numberIn(value, 2) === 1n;
  if (value.has(3)) return Number(numberIn(value, 3));
  return bytesIn(value, 5)[0];
};

interface JsonAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface JsonSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly JsonAttribute[];
  readonly events?: readonly { readonly name: string; readonly attributes?: JsonAttribute[] }[];
  readonly links?: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes?: JsonAttribute[];
  }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

interface JsonExport {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly JsonAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly JsonSpan[] }[];
  }[];
}

/** The same of one in JSON. */
export const spansInJson = (body: Buffer): SeenSpan[] =>
  (JSON.parse(body.toString('utf8')) as JsonExport).resourceSpans.flatMap((each) => {
    const service = String(ofJson(each.resource.attributes)['service.name']);
    return each.scopeSpans.flatMap(({ spans }) => spans.map((span) => ofJsonSpan(span, service)));
  });

const ofJsonSpan = (span: JsonSpan, service: string): SeenSpan => ({
  service,
  traceId: span.traceId,
  spanId: span.spanId,
  parentId: span.parentSpanId || undefined,
  name: span.name,
  kind: kinds[span.kind] ?? '',
  start: BigInt(span.startTimeUnixNano),
  end: BigInt(span.endTimeUnixNano),
  attributes: ofJson(span.attributes),
  events: (span.events ?? []).map(({ name, attributes }) => ({
    name,
    attributes: ofJson(attributes),
  })),
  links: (span.links ?? []).map(({ traceId, spanId, attributes }) => ({
    traceId,
    spanId,
    kind: ofJson(attributes)['millrace.link'],
  })),
  isError: span.status?.code === 2,
  status: span.status?.message ?? '',
});

const ofJson = (attributes: readonly JsonAttribute[] = []): Attributes =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
