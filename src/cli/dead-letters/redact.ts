import type { EventContract } from '../../contracts/define-event.ts';
import { readEnvelope } from '../../contracts/envelope.ts';
import { InvalidEvent } from '../../contracts/invalid-event.ts';
import { Derived } from '../../infra/pipeline/decode.ts';
import type { Letter } from './letter.ts';

/** What is shown in the place of what is not. */
export const redacted = '[redacted]';

/**
 * The data of a dead event for people: as it is, or without what its contract calls personal or secret.
 *
 * Where there is no contract, or the data is none of its kind, nobody can say what is personal: then
 * all of it is left out.
 */
export const dataOf = (
  { message, type }: Letter,
  contracts: readonly EventContract[],
  reveal: boolean,
): unknown => {
  if (message.body.length === 0) return undefined;
  const contract = contracts.find((one) => one.type === type);
  const data = parsed(message, type);
  if (reveal) return data ?? Buffer.from(message.body).toString('utf8');
  if (!contract || typeof data !== 'object' || data === null || Array.isArray(data))
    return redacted;
  const hidden = new Set([...contract.personal, ...contract.secret]);
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [field, hidden.has(field) ? redacted : value]),
  );
};

const parsed = (message: Letter['message'], type: string): unknown => {
  try {
    return readEnvelope(message.header, message.body, new Derived(message, type)).data;
  } catch (error) {
    if (error instanceof InvalidEvent) return undefined;
    throw error;
  }
};
