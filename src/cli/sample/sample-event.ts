/** One line of the sample: a request event as `npm run replay` reads it. */
export interface SampleEvent {
  readonly specversion?: '1.0';
  readonly id?: string;
  readonly source?: string;
  readonly type: string;
  readonly dataversion?: number;
  /** The key under which it is published, when that is not the key of its data: a producer's mistake. */
  readonly partitionkey?: string;
  readonly data?: unknown;
}
