import { describe, expect, it } from 'vitest';
import { Derived } from '../../../../src/infra/pipeline/decode.ts';
import type { InboundMessage } from '../../../../src/infra/pipeline/delivery.ts';
import { redriven } from '../../../../src/infra/pipeline/redrive.ts';
import { withHeaders } from '../../../../src/infra/pipeline/restore-event.ts';
import { decodeTally, messageOf } from '../../../support/tally.ts';

const again = (stored: InboundMessage, sequence = 90) => {
  const letter = { ...messageOf({}), sequence };
  const original = withHeaders(stored, stored.allHeaders());
  const redrive = redriven(original, letter, new Derived(original, 'tally.count'));
  const message = withHeaders({ ...original, body: redrive.body }, redrive.headers);
  return { ...redrive, message, event: decodeTally(message) };
};

const body = '{"key": "a",  "n": 5}';
const headers = { 'ce-id': 'an id', 'ce-correlationid': 'chain', 'X-Own': 'kept' };

describe('redriving an event', () => {
  it('gives it a new id, keeps bytes, headers and correlation, and names the dead one as cause', () => {
    const { id, event, message } = again(messageOf({ headers, body }));

    expect(id).toBe('an id.redrive.1');
    expect(event.envelope).toMatchObject({
      id,
      correlationId: 'chain',
      causationId: 'an id',
      type: 'tally.count',
    });
    expect(Buffer.from(message.body).toString()).toBe(body);
    expect(message.allHeaders()).toMatchObject({
      'X-Own': 'kept',
      'millrace-redrive-of': '90',
      'millrace-redrive-count': '1',
    });
    expect(event.data).toEqual({ key: 'a', n: 5 });
  });

  it('counts how often, upon the first id', () => {
    const twice = again(again(messageOf({ headers, body })).message, 95);

    expect(twice.id).toBe('an id.redrive.2');
    expect(twice.event.envelope).toMatchObject({
      id: 'an id.redrive.2',
      causationId: 'an id.redrive.1',
      correlationId: 'chain',
    });
    expect(twice.message.header('millrace-redrive-of')).toBe('95');
  });

  it('replaces headers of any spelling', () => {
    const { event, message } = again(messageOf({ headers: { 'CE-ID': 'an id' }, body }));

    expect(event.envelope.id).toBe('an id.redrive.1');
    expect(Object.keys(message.allHeaders()).filter((name) => /^ce-id$/i.test(name))).toHaveLength(
      1,
    );
  });

  it('takes a structured event apart, since its id stands in its document', () => {
    const data = { key: 'a', n: 5 };
    const document = { specversion: '1.0', id: 'x', source: '/s', type: 'tally.count', data };
    const { event } = again(
      messageOf({
        headers: { 'Content-Type': 'application/cloudevents+json' },
        body: JSON.stringify(document),
      }),
    );

    expect(event.envelope).toMatchObject({ id: 'x.redrive.1', source: '/s', causationId: 'x' });
    expect(event.data).toEqual(data);
  });

  it('names a plain event after where it lay', () => {
    const original = messageOf({ sequence: 7, storedAt: 1_000, body });

    const { id, event } = again(original);

    expect(id).toBe('TALLY.7.1000.redrive.1');
    expect(event.envelope).toMatchObject({ id, time: '1970-01-01T00:00:01.000Z' });
  });

  it('leaves what nobody can read as it is, under a new id', () => {
    const { id, event, message } = again(messageOf({ sequence: 7, storedAt: 1_000, body: '{' }));

    expect(id).toBe('TALLY.7.1000.redrive.1');
    expect(Buffer.from(message.body).toString()).toBe('{');
    expect(event.problem?.reason).toBe('undecodable');
  });

  it('keeps ids within what an id may be', () => {
    const long = 'x'.repeat(250);
    const { id, event } = again(messageOf({ headers: { 'ce-id': long }, body }));

    expect(id).toMatch(/^~.{43}\.redrive\.1$/);
    expect(event.envelope.id).toBe(id);
  });
});
