import { describe, expect, it } from 'vitest';
import { defineEvent, upcaster } from '../../../../src/contracts/define-event.ts';
import { InvalidEvent } from '../../../../src/contracts/invalid-event.ts';
import { decoder } from '../../../../src/infra/pipeline/decode.ts';
import {
  countMessage,
  decodeTally,
  LedgerClosed,
  messageOf,
  type StoredForTest,
  storedSubject,
  TallyCount,
  tallyStream,
} from '../../../support/tally.ts';

const body = (data: unknown): string => JSON.stringify(data);
const count = (more: StoredForTest) =>
  decodeTally(messageOf({ subject: storedSubject('a'), body: body({ key: 'a', n: 1 }), ...more }));

describe('decoding', () => {
  it('derives everything that a message without headers does not say', () => {
    const storedAt = Date.UTC(2026, 4, 6, 7, 8, 9, 123);

    const event = count({ sequence: 17, storedAt });

    expect(event.problem).toBeUndefined();
    expect(event.envelope).toMatchObject({
      id: `TALLY.17.${storedAt}`,
      type: 'tally.count',
      source: 'nats://TALLY',
      time: '2026-05-06T07:08:09.123Z',
      correlationId: `TALLY.17.${storedAt}`,
    });
    expect(event.envelope.causationId).toBeUndefined();
    expect(event.data).toEqual({ key: 'a', n: 1 });
    expect(event.key).toBe('a');
    expect(event.place).toEqual({ token: 'a', partition: 0 });
    expect(event.route?.contract).toBe(TallyCount);
    expect(event.attempt).toBe(1);
  });

  it('takes what the headers say', () => {
    const event = count({
      headers: {
        'ce-specversion': '1.0',
        'ce-id': 'the%20id',
        'ce-type': 'tally.count',
        'ce-source': '/shop',
        'ce-time': '2026-01-02T03:04:05Z',
        'ce-dataversion': '2',
        'ce-correlationid': 'chain',
        'ce-causationid': 'cause',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'vendor=1',
      },
    });

    expect(event.problem).toBeUndefined();
    expect(event.envelope).toEqual({
      id: 'the id',
      type: 'tally.count',
      source: '/shop',
      time: '2026-01-02T03:04:05Z',
      version: 2,
      correlationId: 'chain',
      causationId: 'cause',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      tracestate: 'vendor=1',
    });
  });

  it('brings data of an older version to the current one', () => {
    const old = { headers: { 'ce-dataversion': '1' }, body: body({ key: 'a', amount: 7 }) };

    expect(count(old).data).toEqual({ key: 'a', n: 7 });
    expect(count({ body: old.body }).data).toEqual({ key: 'a', n: 7 });
  });

  it('takes a structured event', () => {
    const event = count({
      headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
      body: body({ specversion: '1.0', id: 'i', type: 'tally.count', data: { key: 'a', n: 3 } }),
    });

    expect(event.problem).toBeUndefined();
    expect(event.envelope.id).toBe('i');
    expect(event.data).toEqual({ key: 'a', n: 3 });
  });

  const wrong: readonly (readonly [string, InvalidEvent['reason'], StoredForTest])[] = [
    ['no JSON', 'undecodable', { body: '{"key":' }],
    ['an empty body', 'undecodable', { body: '' }],
    ['no UTF-8', 'undecodable', { body: Uint8Array.of(0x22, 0xff, 0x22) }],
    ['an unknown specversion', 'invalid-envelope', { headers: { 'ce-specversion': '2.0' } }],
    ['an empty id', 'invalid-envelope', { headers: { 'ce-id': '%00' } }],
    ['a time that is none', 'invalid-envelope', { headers: { 'ce-time': 'yesterday' } }],
    ['a version that is none', 'invalid-envelope', { headers: { 'ce-dataversion': 'two' } }],
    ['bad percent-encoding', 'invalid-envelope', { headers: { 'ce-id': '%zz' } }],
    ['another type than its subject', 'invalid-envelope', { headers: { 'ce-type': 'cart.add' } }],
    [
      'a structured event that is no object',
      'invalid-envelope',
      { headers: { 'content-type': 'application/cloudevents+json' }, body: '[]' },
    ],
    ['a type that nobody handles', 'unknown-type', { subject: 'in.tally.0.counting' }],
    ['a version from the future', 'unsupported-version', { headers: { 'ce-dataversion': '3' } }],
    ['a missing field', 'invalid-data', { body: body({ key: 'a' }) }],
    ['a wrong field', 'invalid-data', { body: body({ key: 'a', n: 'one' }) }],
    ['an older version that is wrong', 'invalid-data', { headers: { 'ce-dataversion': '1' } }],
    ['null', 'invalid-data', { body: 'null' }],
    ['a key of another partition', 'wrong-key', { body: body({ key: 'b', n: 1 }) }],
  ];

  for (const [what, reason, message] of wrong) {
    it(`finds ${reason}: ${what}`, () => {
      const event = count(message);

      expect(event.problem).toBeInstanceOf(InvalidEvent);
      expect(event.problem?.reason).toBe(reason);
      expect(event.place.token).toBe('');
      expect(event.place.partition).toBe(0);
    });
  }

  it('names the field and the rule, never the value', () => {
    const message = { key: 'a', n: 'hunter2' };

    const { problem } = count({ body: body(message) });

    expect(problem?.message).toMatch(/\bn\b/);
    expect(problem?.message).not.toContain('hunter2');
  });

  it('finds malformed headers, and still knows where the message came from', () => {
    const message = countMessage('a');
    const event = decodeTally({
      ...message,
      header: () => {
        throw new InvalidEvent('invalid-envelope', 'the headers are malformed');
      },
    });

    expect(event.problem?.reason).toBe('invalid-envelope');
    expect(event.envelope.id).toBe(`TALLY.${message.sequence}.${message.storedAt}`);
    expect(event.route?.contract).toBe(TallyCount);
  });

  it('finds a problem where a contract itself fails: nothing is thrown', () => {
    const Brittle = defineEvent({
      type: 'tally.brittle',
      version: 2,
      kind: 'request',
      stream: tallyStream,
      data: TallyCount.data,
      key: ({ key }) => key,
      upcasters: {
        1: upcaster(LedgerClosed.data, () => {
          throw new TypeError('cannot read hunter2');
        }),
      },
    });
    const decode = decoder(tallyStream, [{ contract: Brittle, handler: class {} }]);

    const { problem } = decode(
      messageOf({ subject: 'in.tally.0.brittle', body: '{"account":"hunter2"}' }),
    );

    expect(problem?.reason).toBe('invalid-data');
    expect(problem?.message).toContain('TypeError');
    expect(problem?.message).not.toContain('hunter2');
  });

  it('does not even read a fact of others that nobody here handles', () => {
    const message = messageOf({ subject: 'fact.ledger.3.opened', stream: 'LEDGER', body: '{' });
    const event = decodeTally({
      ...message,
      header: () => {
        throw new Error('read');
      },
    });

    expect(event.route).toBeUndefined();
    expect(event.problem).toBeUndefined();
    expect(event.place).toEqual({ token: '', partition: 3 });
  });

  it('gives a fact of others the place of its key in the own stream', () => {
    const event = decodeTally(
      messageOf({ subject: 'fact.ledger.3.closed', stream: 'LEDGER', body: '{"account":"b"}' }),
    );

    expect(event.problem).toBeUndefined();
    expect(event.route?.contract).toBe(LedgerClosed);
    expect(event.place).toEqual({ token: 'b', partition: 1 });
  });

  it('takes a misspelt type for one that may hold a secret, where its service has secrets', () => {
    const misspelt = count({ subject: 'in.tally.0.cuont' });
    const known = count({ body: body({ key: 'a' }) });

    expect(misspelt.mayHoldSecret).toBe(true);
    expect(known.mayHoldSecret).toBe(false);
  });

  it('copes with a subject that is none of ours', () => {
    for (const subject of ['', 'x', 'in.tally', 'in.tally.x.count', 'in.tally.0.']) {
      expect(count({ subject }).problem?.reason).toMatch(/unknown-type|invalid-envelope|wrong-key/);
    }
  });
});
