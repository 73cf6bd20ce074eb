import type { OutgoingEvent } from '../../contracts/define-event.ts';
import { type Envelope, writeHeaders } from '../../contracts/envelope.ts';
import { readData } from '../../contracts/read-data.ts';
import { factSubject, placeOf, requestSubject } from '../../contracts/streams.ts';
import type { OutboundMessage } from './ports.ts';

/**
 * Makes the message that carries an event: headers of binary mode, the data as JSON, its subject.
 *
 * What is sent is what the contract read out of the data, so fields that it does not know stay here;
 * type and version are always the contract's own.
 *
 * @throws InvalidEvent `invalid-data` naming every field that breaks the contract.
 */
export const encodeEvent = (
  { contract, data: unchecked }: OutgoingEvent,
  envelope: Envelope,
): OutboundMessage => {
  const { type, version, stream, kind } = contract;
  const { data } = readData(contract, unchecked, version);
  const key = contract.key(data);
  return {
    subject:
      kind === 'request'
        ? requestSubject(type, key)
        : factSubject(type, stream, placeOf(stream, key)),
    headers: writeHeaders({ ...envelope, type, version }),
    body: JSON.stringify(data),
  };
};
