import type { InboundMessage, Settlement } from '../pipeline/delivery.ts';
import type { AckWriter } from './ack-writer.ts';
import type { JsApi } from './js-api.ts';

export interface SettleParts {
  readonly acks: AckWriter;
  readonly api: JsApi;
  readonly onTrouble: (what: string) => void;
}

/** Says to the broker what became of a delivery: the one place that knows ack and nak. */
export const settleOnBroker = (
  { acks, api, onTrouble }: SettleParts,
  { kind }: Settlement,
  reply: string,
  { stream, sequence }: InboundMessage,
): void => {
  if (kind === 'leave') return;
  if (kind !== 'erase') {
    acks.write(reply, kind === 'done' ? 'ack' : 'nak');
    return;
  }
  // Acknowledged only once it is overwritten: until then it comes again.
  api
    .get(`STREAM.MSG.DELETE.${stream}`, { seq: sequence })
    .then(() => acks.write(reply, 'ack'))
    .catch((error: unknown) => onTrouble(`erase ${sequence}: ${String(error)}`));
};
