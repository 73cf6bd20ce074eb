import type { Ruling } from '../../contracts/ruling.ts';
import type { ServiceStream } from '../../contracts/streams.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import { deadIdOf, deadTypeOf, keyOf } from '../../infra/pipeline/ruled-letter.ts';

/** A dead letter as people see it. */
export interface Letter {
  /** How it is called on the command line: `cart/123`. */
  readonly reference: string;
  readonly stream: ServiceStream;
  readonly message: InboundMessage;
  readonly id: string;
  readonly type: string;
  readonly reason: string;
  readonly error: string;
  /** Nothing when nobody could read it. */
  readonly key: string | undefined;
  /** Its key waits behind it. */
  readonly parks: boolean;
  /** When it was set aside, milliseconds since 1970. */
  readonly diedAt: number;
  readonly ruling: Ruling | undefined;
}

/** Reads what a dead letter says of itself. */
export const letterOf = (
  stream: ServiceStream,
  message: InboundMessage,
  ruling: Ruling | undefined,
): Letter => ({
  reference: `${stream.service}/${message.sequence}`,
  stream,
  message,
  id: deadIdOf(message),
  type: deadTypeOf(message),
  reason: message.header('millrace-dead-reason') ?? 'unknown',
  error: message.header('millrace-dead-error') ?? '',
  key: keyOf(message),
  parks: message.header('millrace-dead-on-exhausted') === 'park',
  diedAt: message.storedAt,
  ruling,
});

/** What is noted on a dead letter besides, as it is: attempts, deliveries, worker and so on. */
export const notesOf = ({ message }: Letter): Readonly<Record<string, string>> => {
  const begin = /^millrace-(dead|redrive)-/i;
  const noted = Object.entries(message.allHeaders()).filter(([name]) => begin.test(name));
  return Object.fromEntries(
    noted.map(([name, text]) => [name.replace(/^millrace-(dead-)?/i, ''), text]),
  );
};
