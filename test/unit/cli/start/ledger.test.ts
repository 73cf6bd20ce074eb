import { expect, test } from 'vitest';
import { Ledger } from '../../../../src/cli/start/ledger.ts';
import { LiveEndings } from '../../../../src/cli/start/live-endings.ts';
import type { InboundMessage } from '../../../../src/infra/pipeline/delivery.ts';

const stored = (subject: string, headers: Readonly<Record<string, string>>): InboundMessage => ({
  subject,
  stream: 'CART',
  sequence: 1,
  storedAt: 0,
  body: new Uint8Array(),
  header: (name) => headers[name],
  allHeaders: () => headers,
});

const fact = (cause: string, index = 0, name = 'item-added'): InboundMessage =>
  stored(`fact.cart.3.${name}`, { 'ce-id': `${cause}.${index}`, 'ce-causationid': cause });
const dead = (id: string): InboundMessage => stored('dead.cart.3.add', { 'millrace-dead-id': id });

const accepted = (...ids: readonly string[]): Ledger => {
  const ledger = new Ledger();
  for (const [index, id] of ids.entries()) {
    ledger.accept({ id, stream: 'CART', sequence: 10 + index, duplicate: false });
  }
  return ledger;
};

test('every accepted event ends once: handled, rejected or dead', () => {
  const ledger = accepted('a', 'b', 'c');
  for (const message of [fact('a'), fact('b', 0, 'add-rejected'), dead('c')]) ledger.take(message);

  expect(ledger.missing()).toEqual([]);
  expect(ledger.doubled()).toEqual([]);
  expect(ledger.rows()).toEqual([
    { stream: 'CART', accepted: 3, handled: 1, rejected: 1, dead: 1 },
  ]);
});

test('an event without an end is missing', () => {
  const ledger = accepted('a', 'b');
  ledger.take(fact('a'));

  expect(ledger.missing()).toEqual(['b']);
  expect(ledger.ended).toBe(1);
});

test('several facts of one decision are one end', () => {
  const ledger = accepted('a');
  ledger.take(fact('a', 0));
  ledger.take(fact('a', 1));

  expect(ledger.doubled()).toEqual([]);
});

test('the same fact twice, two dead letters, or both a fact and a dead letter are doubled', () => {
  const ledger = accepted('a', 'b', 'c');
  for (const message of [fact('a'), fact('a'), dead('b'), dead('b'), fact('c'), dead('c')]) {
    ledger.take(message);
  }

  expect(ledger.doubled()).toEqual(['a', 'b', 'c']);
});

test('facts that nobody asked for here do not count, but must not be doubled either', () => {
  const ledger = accepted('a');
  for (const message of [fact('other'), fact('other'), fact('a')]) ledger.take(message);

  expect(ledger.ended).toBe(1);
  expect(ledger.doubled()).toEqual(['other']);
});

test('a repeat is the same event, and reading back begins where the first one lies', () => {
  const ledger = accepted('a', 'b');
  ledger.accept({ id: 'a', stream: 'CART', sequence: 4, duplicate: true });

  expect(ledger.accepted).toBe(2);
  expect(ledger.firstSequence('CART')).toBe(4);
  expect(ledger.firstSequence('USER')).toBeUndefined();
});

test('ids in headers are percent-encoded', () => {
  const ledger = accepted('é 1');
  ledger.take(dead('%C3%A9%201'));

  expect(ledger.missing()).toEqual([]);
});

test('an event is open until its end is seen, whichever of answer and end comes first', async () => {
  const live = new LiveEndings();
  live.take(fact('early'));
  live.accept({ id: 'early', stream: 'CART', sequence: 1, duplicate: false });
  live.accept({ id: 'late', stream: 'CART', sequence: 2, duplicate: false });
  await live.until('early');

  let hasEnded = false;
  const waiting = live.until('late').then(() => {
    hasEnded = true;
  });
  await Promise.resolve();
  expect([hasEnded, live.accepted, live.ended]).toEqual([false, 2, 1]);

  live.take(dead('late'));
  await waiting;
  expect([live.accepted, live.ended]).toEqual([2, 2]);
});

test('nobody waits for an event that was not accepted, or was there before', async () => {
  const live = new LiveEndings();
  live.accept({ id: 'again', stream: 'CART', sequence: 1, duplicate: true });

  await live.until('again');
  await live.until('never');
  expect(live.accepted).toBe(0);
});
