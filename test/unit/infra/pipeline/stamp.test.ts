import { describe, expect, it } from 'vitest';
import type { OutgoingEvent } from '../../../../src/contracts/define-event.ts';
import { InvalidDecision } from '../../../../src/infra/pipeline/errors.ts';
import { stamper } from '../../../../src/infra/pipeline/stamp.ts';
import {
  countEvent,
  LedgerClosed,
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
