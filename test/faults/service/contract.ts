import { z } from 'zod';
import { type DataOf, defineEvent } from '../../../src/contracts/define-event.ts';
import { defineStream } from '../../../src/contracts/streams.ts';

/** The suite's own service: it writes down the numbers that it is sent, key by key. */
export const ledgerStream = defineStream('ledger');

/**
 * What an event makes its handler do before it decides; `times` counts over all processes and tries.
 *
 * | act | the handler |
 * | --- | --- |
 * | slow | takes so many milliseconds |
 * | block | keeps the event loop busy so long |
 * | fail | throws, so many times |
 * | hang | never returns, so many times |
 * | die | kills its process, so many times |
 * | refuse | throws what no retry can help |
 */
export const act = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('slow'), ms: z.int() }),
  z.object({ kind: z.literal('block'), ms: z.int() }),
  z.object({ kind: z.literal('fail'), times: z.int() }),
  z.object({ kind: z.literal('hang'), times: z.int() }),
  z.object({ kind: z.literal('die'), times: z.int() }),
  z.object({ kind: z.literal('refuse') }),
]);
export type Act = z.infer<typeof act>;

const entry = { key: z.string().min(1), n: z.int().positive() };

/** Somebody sends a key its next number. */
export const LedgerWrite = defineEvent({
  type: 'ledger.write',
  version: 1,
  kind: 'request',
  stream: ledgerStream,
  data: z.object({ ...entry, act: act.optional(), filling: z.string().optional() }),
  key: ({ key }) => key,
});
export type LedgerWrite = DataOf<typeof LedgerWrite>;

/** A number is written down, at this place in the key's list. */
export const LedgerWritten = defineEvent({
  type: 'ledger.written',
  version: 1,
  kind: 'fact',
  stream: ledgerStream,
  data: z.object({ ...entry, place: z.int().positive() }),
  key: ({ key }) => key,
});
export type LedgerWritten = DataOf<typeof LedgerWritten>;
