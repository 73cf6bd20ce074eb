import type { EventContract } from '../../contracts/define-event.ts';
import { readEnvelope } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { keyToken, partitionOf } from '../../contracts/key-token.ts';
import { readData } from '../../contracts/read-data.ts';
import { readSubject, type ServiceStream } from '../../contracts/streams.ts';
import { Derived } from '../../infra/pipeline/decode.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import { deadTypeOf, keyOf } from '../../infra/pipeline/ruled-letter.ts';

interface Known {
  readonly stream: ServiceStream;
  readonly contracts: readonly EventContract[];
}

/**
 * The last token of the subject under which a dead request event is published again: its key's.
 *
 * Where nobody could read the key, its contract may be able to by now; else any token will do that
 * leads to the partition where the event was.
 */
export const requestTokenOf = (
  letter: InboundMessage,
  original: InboundMessage,
  { stream, contracts }: Known,
): string => {
  const contract = contracts.find(({ type }) => type === deadTypeOf(letter));
  const key = keyOf(letter) ?? (contract && keyByContract(contract, original));
  if (key !== undefined) return keyToken(key);
  return tokenOfPartition(readSubject(original.subject)?.partition ?? 0, stream.partitions);
};

const keyByContract = (contract: EventContract, original: InboundMessage): string | undefined => {
  try {
    const defaults = new Derived(original, contract.type);
    const { envelope, data } = readEnvelope(original.header, original.body, defaults);
    return contract.key(readData(contract, data, envelope.version).data);
  } catch (error) {
    if (error instanceof InvalidEvent) return undefined;
    throw error;
  }
};

const tokenOfPartition = (partition: number, partitions: number): string => {
  for (let n = 0; ; n++) {
    const token = `redriven-${n}`;
    if (partitionOf(token, partitions) === partition) return token;
  }
};
