import { describe, expect, it } from 'vitest';
import { type Death, deadLetter, parkedCopy } from '../../../../src/infra/pipeline/dead-letter.ts';
import type { IncomingEvent } from '../../../../src/infra/pipeline/process.ts';
import {
  countEvent,
  decodeTally,
  messageOf,
  storedSubject,
  tallyStream,
} from '../../../support/tally.ts';

const death: Death = {
  reason: 'exhausted',
  error: 'Error: no',
  attempts: 5,
  at: Date.UTC(2026, 0, 3),
  by: { worker: 'host.7', version: '1.2.3' },
};

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
      'millrace-dead-at': '2026-01-03T00:00:00.000Z',
      'millrace-dead-worker': 'host.7',
      'millrace-dead-version': '1.2.3',
      'millrace-dead-stream': 'TALLY',
      'millrace-dead-sequence': '42',
      'millrace-dead-subject': 'in.tally.2.count',
      'millrace-dead-stored-at': '2026-01-02T00:00:00.000Z',
    });
  });

  it('names the key, and what became of it', () => {
    const { headers } = deadLetter(tallyStream, countEvent('Ærø 🥛'), { ...death, key: 'park' });

    expect(decodeURIComponent(headers['millrace-dead-key'] ?? '')).toBe('Ærø 🥛');
    expect(headers['millrace-dead-on-exhausted']).toBe('park');
    expect(headers['millrace-dead-key']).toMatch(/^[\x21-\x7e]+$/);
  });

  it('names no key that a header cannot carry', () => {
    const { headers } = deadLetter(tallyStream, countEvent('half \ud83e'), death);

    expect(headers).not.toHaveProperty('millrace-dead-key');
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

describe('the copy of a parked event', () => {
  it('holds the event, where it came from, and behind what it waits', () => {
    const event = countEvent('a', 3, {
      sequence: 9,
      headers: { 'Nats-TTL': '1s', 'x-own': 'kept' },
    });

    const { subject, headers, body } = parkedCopy(tallyStream, event, 'a dead one');

    expect(subject).toBe('parked.tally.0.a');
    expect(body).toBe(event.message.body);
    expect(headers).toMatchObject({
      'x-own': 'kept',
      'millrace-parked-behind': 'a%20dead%20one',
      'millrace-parked-id': 'a-3',
      'millrace-parked-sequence': '9',
      'millrace-parked-subject': 'in.tally.0.count',
    });
    expect(headers).not.toHaveProperty('Nats-TTL');
  });
});
