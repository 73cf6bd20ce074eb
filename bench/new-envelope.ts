import type { Envelope } from '../src/contracts/envelope.ts';

/** The envelope of an event that nothing caused, as the gateway makes it. */
export const newEnvelope = (id: string, type: string): Envelope => ({
  id,
  type,
  source: '/millrace/bench',
  time: new Date().toISOString(),
  correlationId: id,
});
