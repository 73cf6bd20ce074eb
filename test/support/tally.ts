import { z } from 'zod';
import { defineEvent, upcaster } from '../../src/contracts/define-event.ts';
import { defineStream, placeOf } from '../../src/contracts/streams.ts';
import { decoder } from '../../src/infra/pipeline/decode.ts';
import type { InboundMessage } from '../../src/infra/pipeline/delivery.ts';
import type { AnyRoute } from '../../src/infra/pipeline/handler.ts';
import type { IncomingEvent } from '../../src/infra/pipeline/process.ts';
import type { StateDefinition } from '../../src/infra/pipeline/state-record.ts';

/** A service for tests that counts: what the pipeline does with it, it does with any. */
export const tallyStream = defineStream('tally', 4);
/** Another service, whose facts it hears of. */
const ledgerStream = defineStream('ledger', 4);

const version1 = z.object({ key: z.string(), amount: z.int() });

export const TallyCount = defineEvent({
  type: 'tally.count',
  version: 2,
  kind: 'request',
  stream: tallyStream,
  data: z.object({ key: z.string().min(1), n: z.int() }),
  key: ({ key }) => key,
  upcasters: { 1: upcaster(version1, ({ key, amount }) => ({ key, n: amount })) },
});

const TallyUnlock = defineEvent({
  type: 'tally.unlock',
  version: 1,
  kind: 'request',
  stream: tallyStream,
  data: z.object({ key: z.string(), pin: z.string().regex(/^hash:/, 'a hash') }),
  key: ({ key }) => key,
  secret: ['pin'],
});

export const TallyCounted = defineEvent({
  type: 'tally.counted',
  version: 1,
  kind: 'fact',
  stream: tallyStream,
  data: z.object({ key: z.string(), total: z.int() }),
  key: ({ key }) => key,
});

export const LedgerClosed = defineEvent({
  type: 'ledger.closed',
  version: 1,
  kind: 'fact',
  stream: ledgerStream,
  data: z.object({ account: z.string() }),
  key: ({ account }) => account,
});

export const tallyState: StateDefinition<{ readonly total: number }> = {
  schema: z.object({ total: z.int() }),
  initial: { total: 0 },
};

class Unused {}

export const tallyRoutes: readonly AnyRoute[] = [
  { contract: TallyCount, handler: Unused },
  { contract: TallyUnlock, handler: Unused },
  { contract: LedgerClosed, handler: Unused },
];

/** What is stored, with everything that a test does not care about filled in. */
export interface StoredForTest {
  readonly subject?: string;
  readonly stream?: string;
  readonly sequence?: number;
  readonly storedAt?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export const messageOf = ({
  subject = 'in.tally.0.count',
  stream = 'TALLY',
  sequence = 1,
  storedAt = Date.UTC(2026, 0, 1),
  headers = {},
  body = '{}',
}: StoredForTest = {}): InboundMessage => ({
  subject,
  stream,
  sequence,
  storedAt,
  body: typeof body === 'string' ? Buffer.from(body) : body,
  header: (name) => headers[name],
  allHeaders: () => headers,
});

export const decodeTally = decoder(tallyStream, tallyRoutes);

/** The subject under which a request event of a key is stored. */
export const storedSubject = (key: string, name = 'count'): string =>
  `in.tally.${placeOf(tallyStream, key).partition}.${name}`;

export interface CountForTest extends StoredForTest {
  readonly id?: string;
}

/** A `tally.count` as it lies in the stream. */
export const countMessage = (
  key: string,
  n = 1,
  { id = `${key}-${n}`, headers = {}, ...more }: CountForTest = {},
): InboundMessage =>
  messageOf({
    subject: storedSubject(key),
    sequence: n + 1,
    headers: { 'ce-specversion': '1.0', 'ce-id': id, ...headers },
    body: JSON.stringify({ key, n }),
    ...more,
  });

/** A `tally.count` as it comes out of the stream. */
export const countEvent = (key: string, n = 1, more: CountForTest = {}): IncomingEvent =>
  decodeTally(countMessage(key, n, more));

/** A fact of the other service as it comes out of its stream. */
export const closedEvent = (account: string): IncomingEvent =>
  decodeTally(
    messageOf({
      subject: 'fact.ledger.1.closed',
      stream: 'LEDGER',
      headers: { 'ce-id': `closed-${account}` },
      body: JSON.stringify({ account }),
    }),
  );
