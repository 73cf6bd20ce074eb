import { type Random, seeded } from '../random.ts';
import { Books } from './books.ts';
import { check, type Report } from './check.ts';
import { eventId, History } from './history.ts';
import { ledgerModel } from './models.ts';
import { observe, type RawMessage } from './observation.ts';

/** A message of a made-up stream, its headers as they are sent. */
export interface Recorded {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A made-up run of the ledger: nothing is wrong with it until a test makes something wrong. */
export interface RecordedRun {
  readonly history: History;
  readonly messages: Recorded[];
  readonly random: Random;
}

export const requestOf = (key: number, n: number): Recorded => ({
  subject: 'in.ledger.3.write',
  headers: { 'ce-id': eventId(key, n), 'ce-type': 'ledger.write' },
  body: { key: `k${key}`, n },
});

export const factOf = (key: number, n: number, place: number): Recorded => ({
  subject: 'fact.ledger.3.written',
  headers: { 'ce-causationid': eventId(key, n), 'ce-type': 'ledger.written' },
  body: { key: `k${key}`, n, place },
});

export const letterOf = (id: string, sequence: number): Recorded => ({
  subject: 'dead.ledger.3.write',
  headers: {
    'millrace-dead-id': encodeURIComponent(id),
    'millrace-dead-sequence': String(sequence),
    'millrace-dead-reason': 'permanent',
  },
  body: '',
});

export const stateOf = (key: number, numbers: readonly number[]): Recorded => ({
  subject: `state.ledger.3.k${key}`,
  headers: {},
  body: { key: `k${key}`, state: ledgerModel.stateAfter(key, numbers) },
});

/** Keys whose events come one after the other, one in ten of them a dead letter. */
export const recordedRun = (seed: number): RecordedRun => {
  const random = seeded(seed);
  const keys = random.between(2, 6);
  const history = new History(Array.from({ length: keys }, (_, key) => `k${key}`));
  const messages: Recorded[] = [];
  const applied = Array.from({ length: keys }, (): number[] => []);
  const sent = Array.from({ length: keys }, () => 0);
  for (let event = random.between(40, 80); event > 0; event--) {
    const key = random.between(0, keys - 1);
    const n = (sent[key] ?? 0) + 1;
    sent[key] = n;
    const sequence = messages.push(requestOf(key, n));
    history.settle(key, n, sequence);
    if (random.next() < 0.1) {
      history.doom(key, n);
      messages.push(letterOf(eventId(key, n), sequence));
    } else {
      messages.push(factOf(key, n, applied[key]?.push(n) ?? 0));
    }
  }
  for (const [key, numbers] of applied.entries()) messages.push(stateOf(key, numbers));
  return { history, messages, random };
};

/** Lets the checker judge a made-up run; each message is stored a second after the one before. */
export const judge = (
  { history, messages }: Pick<RecordedRun, 'history' | 'messages'>,
  { isPending = false, isUnordered = false } = {},
): Report => {
  const books = new Books(history.keys);
  for (const [index, message] of messages.entries()) books.take(observe(rawOf(message, index)));
  return check({ history, books, model: ledgerModel, isPending, isUnordered });
};

const rawOf = ({ subject, headers, body }: Recorded, index: number): RawMessage => ({
  subject,
  sequence: index + 1,
  at: index * 1000,
  header: (name) => headers[name],
  body: () => JSON.stringify(body),
});
