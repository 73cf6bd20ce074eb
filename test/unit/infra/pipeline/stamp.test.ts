import { describe, expect, it } from 'vitest';
import type { OutgoingEvent } from '../../../../src/contracts/define-event.ts';
import { InvalidDecision } from '../../../../src/infra/pipeline/errors.ts';
import type { IncomingEvent } from '../../../../src/infra/pipeline/process.ts';
import { deadLetter, stamper } from '../../../../src/infra/pipeline/stamp.ts';
import {
  countEvent,
  decodeTally,
  LedgerClosed,
  messageOf,
  storedSubject,
  TallyCount,
  TallyCounted,
  tallyStream,
} from '../../../support/tally.ts';
import { TestClock } from '../../../support/test-clock.ts';

const stamp = stamper(tallyStream, new TestClock(Date.UTC(2026, 0, 2, 3, 4, 5, 6)));
const cause = countEvent('a', 1, {
  id: 'cause 1',
  headers: {
    'ce-correlationid': 'chain',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    tracestate: 'vendor=1',
  },
});

describe('stamping what follows from an event', () => {
  it('gives facts ids that follow from the cause and the place in the decision', () => {
    const events = [TallyCounted({ key: 'a', total: 1 }), TallyCounted({ key: 'a', total: 2 })];

    const first = stamp(cause, events);
    const again = stamp(cause, events);

    expect(first.map(({ headers }) => headers['ce-id'])).toEqual(['cause%201.0', 'cause%201.1']);
    expect(again).toEqual(first);
  });

  it('gives what is asked of a key the same id, whoever else is asked', () => {
    const ask = (...keys: string[]) =>
      stamp(
        cause,
        keys.map((key) => TallyCount({ key, n: 1 })),
      ).map(({ headers }) => headers['ce-id']);

    expect(ask('a', 'b')).toEqual(['cause%201.count.a', 'cause%201.count.b']);
    expect(ask('c', 'b')).toEqual(['cause%201.count.c', 'cause%201.count.b']);
  });

  it('tells apart what is asked of one key more than once', () => {
    const asked = [1, 2, 3].map((n) => TallyCount({ key: 'b', n }));

    const ids = stamp(cause, asked).map(({ headers }) => headers['ce-id']);

    expect(ids).toEqual(['cause%201.count.b', 'cause%201.count.b.2', 'cause%201.count.b.3']);
  });

  it('keeps ids within their 256 characters, however long the chain', () => {
    let id = 'x'.repeat(256);
    for (let link = 0; link < 20; link++) {
      const [message] = stamp(countEvent('a', 1, { id }), [
        TallyCount({ key: 'whole milk', n: 1 }),
      ]);
      id = decodeURIComponent(message?.headers['ce-id'] ?? '');
      expect(id.length).toBeLessThanOrEqual(256);
    }
  });

  it('carries on the correlation and the trace, and names the cause', () => {
    const [message] = stamp(cause, [TallyCounted({ key: 'a', total: 1 })]);

    expect(message?.headers).toEqual({
      'ce-specversion': '1.0',
      'ce-id': 'cause%201.0',
      'ce-type': 'tally.counted',
      'ce-source': '/millrace/tally',
      'ce-time': '2026-01-02T03:04:05.006Z',
      'ce-dataversion': '1',
      'ce-correlationid': 'chain',
      'ce-causationid': 'cause%201',
      'content-type': 'application/json',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=1',
    });
    expect(message?.body).toBe('{"key":"a","total":1}');
  });

  it('puts a fact under its partition, and a request event where any producer would', () => {
    const messages = stamp(cause, [
      TallyCounted({ key: 'd', total: 1 }),
      TallyCount({ key: 'whole milk', n: 1 }),
    ]);

    expect(messages[0]?.subject).toBe('fact.tally.3.counted');
    expect(messages[1]?.subject).toMatch(/^tally\.count\.~[A-Za-z0-9_-]{43}$/);
  });

  it('sends nothing that the contract does not know', () => {
    const extra: OutgoingEvent<{ key: string; total: number }> = TallyCounted({
      key: 'a',
      total: 1,
      ...{ password: 'hunter2' },
    });

    expect(stamp(cause, [extra])[0]?.body).toBe('{"key":"a","total":1}');
  });

  it('refuses an event that breaks its contract, naming the field', () => {
    const broken = [TallyCounted({ key: 'a', total: 0.5 })];

    expect(() => stamp(cause, broken)).toThrow(InvalidDecision);
    expect(() => stamp(cause, broken)).toThrow(/tally\.counted.*\btotal\b/);
  });

  it('refuses an event of another service: one batch cannot reach its stream', () => {
    const foreign = [LedgerClosed({ account: 'a' })];

    expect(() => stamp(cause, foreign)).toThrow(InvalidDecision);
    expect(() => stamp(cause, foreign)).toThrow(/LEDGER.*TALLY/);
  });
});

const death = { reason: 'exhausted', error: 'Error: no', attempts: 5 };

const unlock = (pin: string): IncomingEvent =>
  decodeTally(
    messageOf({
      subject: storedSubject('a', 'unlock'),
      headers: { 'ce-id': 'u' },
      body: JSON.stringify({ key: 'a', pin }),
    }),
  );

describe('a dead letter', () => {
  it('holds the event, byte by byte, and says why and where it died', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const event = decodeTally(
      messageOf({
        subject: 'in.tally.2.count',
        sequence: 42,
        storedAt: Date.UTC(2026, 0, 2),
        headers: { 'ce-id': 'an id', 'X-Own': 'kept', Traceparent: 'kept too' },
        body: bytes,
      }),
    );

    const letter = deadLetter(tallyStream, event, death);

    expect(letter.subject).toBe('dead.tally.2.count');
    expect(Buffer.from(letter.body).equals(bytes)).toBe(true);
    expect(letter.headers).toEqual({
      'ce-id': 'an id',
      'X-Own': 'kept',
      Traceparent: 'kept too',
      'millrace-dead-id': `TALLY.42.${Date.UTC(2026, 0, 2)}`,
      'millrace-dead-reason': 'exhausted',
      'millrace-dead-error': 'Error: no',
      'millrace-dead-attempts': '5',
      'millrace-dead-deliveries': '1',
      'millrace-dead-stream': 'TALLY',
      'millrace-dead-sequence': '42',
      'millrace-dead-subject': 'in.tally.2.count',
      'millrace-dead-stored-at': '2026-01-02T00:00:00.000Z',
    });
  });

  it('repeats no instruction to the broker and no earlier death, however they are spelt', () => {
    const event = countEvent('a', 1, {
      headers: {
        'Nats-Rollup': 'all',
        'nats-msg-id': 'x',
        'NATS-TTL': '1s',
        'Nats-Expected-Last-Sequence': '1',
        'x-nats': 'kept',
        'Millrace-Dead-Reason': 'an earlier death',
      },
    });

    const names = Object.keys(deadLetter(tallyStream, event, death).headers);

    expect(names.filter((name) => /^nats-/i.test(name))).toEqual([]);
    expect(names).not.toContain('Millrace-Dead-Reason');
    expect(names).toContain('x-nats');
  });

  it('keeps its error on one line of printable characters', () => {
    const error = `Error: Ærø\r\nNats-Rollup: all\u0000 ${'x'.repeat(5000)}`;

    const { headers } = deadLetter(tallyStream, countEvent('a'), { ...death, error });

    expect(headers['millrace-dead-error']).toMatch(/^Error: {2}r Nats-Rollup: all {2}x+$/);
    expect(headers['millrace-dead-error']?.length).toBeLessThanOrEqual(1000);
  });

  it('is filed under `unknown` when its type is no plain token', () => {
    const event = countEvent('a');
    for (const type of ['tally.a.b', 'tally.*', 'tally.>', 'tally.A b', 'tally.', 'x\r\nPUB y 1']) {
      const envelope = { ...event.envelope, type };
      const { subject } = deadLetter(tallyStream, { ...event, envelope }, death);
      expect(subject).toBe('dead.tally.0.unknown');
    }
  });

  it('leaves out a body that may hold a secret in plain text', () => {
    const event = unlock('1234');

    expect(event.mayHoldSecret).toBe(true);
    expect(deadLetter(tallyStream, event, death).body).toBe('');
    expect(JSON.stringify(deadLetter(tallyStream, event, death))).not.toContain('1234');
  });

  it('keeps a body whose secret is as it should be', () => {
    const event = unlock('hash:abc');

    expect(event.mayHoldSecret).toBe(false);
    expect(deadLetter(tallyStream, event, death).body).toBe(event.message.body);
  });

  it('keeps a body that is wrong but has no secret field', () => {
    const event = decodeTally(messageOf({ body: '{"key":1}' }));

    expect(event.problem).toBeDefined();
    expect(deadLetter(tallyStream, event, death).body).toBe(event.message.body);
  });
});
