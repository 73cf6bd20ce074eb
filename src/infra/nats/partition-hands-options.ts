import type { Sink } from '../pipeline/delivery.ts';
import type { AckWriter } from './ack-writer.ts';
import type { JsApi } from './js-api.ts';
import type { Moment } from './moment.ts';

export interface PartitionHandsOptions {
  readonly stream: string;
  readonly durable: string;
  readonly partition: number;
  readonly sink: Sink;
  readonly acks: Pick<AckWriter, 'write'>;
  readonly api: JsApi;
  readonly onTrouble: (what: string) => void;
  readonly moment: Moment;
  /** There may be room again. */
  readonly onSettled: () => void;
}
