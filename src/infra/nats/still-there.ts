import { setTimeout as sleep } from 'node:timers/promises';
import type { InboundMessage } from '../pipeline/delivery.ts';
import type { JsApi } from './js-api.ts';
import { readMessage } from './stored-message.ts';

export interface StillThereParts {
  readonly api: JsApi;
  /** True when nobody waits for the answer any more. */
  readonly isOver: () => boolean;
  readonly onTrouble: (what: string) => void;
}

/** A broker that has just started may not answer yet. */
const againMs = 250;

/**
 * Tells whether a stream still has a message that it had, as its leader says; asks until it is answered.
 *
 * A broker that loses messages loses the last ones, and gives their sequences to others. So while a
 * message is there, as old as it was, so is all before it.
 */
export const isStillThere = async (
  { stream, sequence, storedAt }: InboundMessage,
  { api, isOver, onTrouble }: StillThereParts,
): Promise<boolean> => {
  while (!isOver()) {
    try {
      return (await readMessage(api, stream, { seq: sequence }))?.storedAt === storedAt;
    } catch (error) {
      onTrouble(`is ${stream} what it was: ${String(error)}`);
      await sleep(againMs);
    }
  }
  return false;
};
