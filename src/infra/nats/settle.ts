import type { InboundMessage, Settlement } from '../pipeline/delivery.ts';
import type { AckWriter } from './ack-writer.ts';
import { refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';
import { readMessage } from './stored-message.ts';

export interface SettleParts {
  readonly acks: Pick<AckWriter, 'write'>;
  readonly api: JsApi;
  readonly onTrouble: (what: string) => void;
}

/** Overwrites a message in its stream, if it is still there. @throws BusUnavailable, BusRefused */
export const eraseOnBroker = async (
  api: JsApi,
  stream: string,
  sequence: number,
): Promise<void> => {
  const { error } = await api.ask(`STREAM.MSG.DELETE.${stream}`, { seq: sequence });
  if (!error) return;
  // An earlier try may have arrived although it was not answered.
  if (await readMessage(api, stream, { seq: sequence })) throw refusal(error, stream);
};

/**
 * Says to the broker what became of a delivery: the one place that knows ack and nak.
 *
 * @param onSaid told when the broker was told: at once, or when what is to be erased is, or could not be
 */
export const settleOnBroker = (
  { acks, api, onTrouble }: SettleParts,
  { kind }: Settlement,
  reply: string,
  { stream, sequence }: InboundMessage,
  onSaid = () => {},
): void => {
  if (kind === 'done' || kind === 'hand-back') acks.write(reply, kind === 'done' ? 'ack' : 'nak');
  if (kind !== 'erase') {
    onSaid();
    return;
  }
  // Acknowledged only once it is overwritten: until then it comes again.
  eraseOnBroker(api, stream, sequence)
    .then(() => acks.write(reply, 'ack'))
    .catch((error: unknown) => onTrouble(`erase ${sequence}: ${String(error)}`))
    .finally(onSaid);
};
