/** A span as a test looks at it, wherever it was recorded. */
export interface SeenSpan {
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** Nanoseconds since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly kind: unknown;
  }[];
  readonly isError: boolean;
  readonly status: string;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

export const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer'];

/** The names of spans, each indented below its parent: those of one parent by name. */
export const treeOf = (spans: readonly SeenSpan[]): string[] => {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const below = (parent: SeenSpan | undefined, depth: number): string[] =>
    spans
      .filter(({ parentId }) =>
        parent ? parentId === parent.spanId : parentId === undefined || !ids.has(parentId),
      )
      .sort((one, other) => one.name.localeCompare(other.name))
      .flatMap((span) => [
        `${'  '.repeat(depth)}${span.service}: ${span.name}`,
        ...below(span, depth + 1),
      ]);
  return below(undefined, 0);
};
