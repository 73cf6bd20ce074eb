import { type Msg, type MsgHdrs, headers as newHeaders } from 'nats';
import { describe, expect, it } from 'vitest';
import { InvalidEvent } from '../../../../src/contracts/invalid-event.ts';
import { inboundOf, readReply } from '../../../../src/infra/nats/inbound.ts';

const short = '$JS.ACK.CART.cart.3.1234567.89.1767323045678901234.42';
const long = '$JS.ACK.hub.ACCHASH.CART.cart.3.1234567.89.1767323045678901234.42.random';

describe('the reply subject of a delivery', () => {
  const expected = {
    stream: 'CART',
    delivered: 3,
    streamSequence: 1_234_567,
    consumerSequence: 89,
    storedAt: 1_767_323_045_678,
    pending: 42,
  };

  it('is read in its short form', () => {
    expect(readReply(short)).toEqual(expected);
  });

  it('is read in its long form, with a domain or without', () => {
    expect(readReply(long)).toEqual(expected);
    expect(readReply(long.replace('.hub.', '._.'))).toEqual(expected);
    expect(readReply(`${long}.more`)).toEqual(expected);
    expect(readReply(long.replace('.random', ''))).toEqual(expected);
  });

  it('keeps milliseconds exactly, where nanoseconds are more than a number holds', () => {
    const reply = short.replace('1767323045678901234', '1767323045999999999');

    expect(readReply(reply).storedAt).toBe(1_767_323_045_999);
  });

  it('is nothing else', () => {
    for (const reply of [
      '',
      '$JS.ACK',
      '_INBOX.x.1',
      '$JS.ACK.CART.cart.1',
      '$JS.FC.a.b.c.d.e.f.g',
    ]) {
      expect(() => readReply(reply)).toThrow(TypeError);
    }
  });
});

/** A message as the client makes it of what came over the wire. */
const received = (headers: MsgHdrs | undefined, body = '{}'): Msg => {
  const message = { subject: 'in.cart.3.add', reply: short, data: Buffer.from(body), headers };
  // The rest of the client's message is never looked at.
  return message as unknown as Msg;
};

const withHeaders = (given: Readonly<Record<string, string>>) => {
  const made = newHeaders();
  for (const [name, value] of Object.entries(given)) made.append(name, value);
  return inboundOf(received(made), readReply(short));
};

describe('a delivered message', () => {
  it('says where it is stored, and what it holds', () => {
    const message = inboundOf(received(undefined, '{"n":1}'), readReply(short));

    expect(message).toMatchObject({
      subject: 'in.cart.3.add',
      stream: 'CART',
      sequence: 1_234_567,
      storedAt: 1_767_323_045_678,
    });
    expect(Buffer.from(message.body).toString()).toBe('{"n":1}');
  });

  it('has no headers when there are none', () => {
    const message = inboundOf(received(undefined), readReply(short));

    expect(message.header('ce-id')).toBeUndefined();
    expect(message.allHeaders()).toEqual({});
  });

  it('reads headers by lower-case names, however they are spelt', () => {
    const message = withHeaders({ 'CE-ID': 'i', 'Ce-Type': 't', 'cE-sOurCe': 's' });

    expect(message.header('ce-id')).toBe('i');
    expect(message.header('ce-type')).toBe('t');
    expect(message.header('ce-source')).toBe('s');
    expect(message.header('ce-time')).toBeUndefined();
    expect(message.allHeaders()).toEqual({ 'CE-ID': 'i', 'Ce-Type': 't', 'cE-sOurCe': 's' });
  });

  it('reads the headers of a well-spelt event', () => {
    const message = withHeaders({ 'ce-specversion': '1.0', 'ce-id': 'i' });

    expect(message.header('ce-id')).toBe('i');
    expect(message.header('traceparent')).toBeUndefined();
  });

  it('takes an empty header for an absent one', () => {
    expect(withHeaders({ 'ce-id': '' }).header('ce-id')).toBeUndefined();
    expect(withHeaders({ 'ce-specversion': '' }).header('ce-specversion')).toBeUndefined();
  });

  it('takes the first of several headers of one name', () => {
    const made = newHeaders();
    made.append('ce-id', 'first');
    made.append('ce-id', 'second');
    const message = inboundOf(received(made), readReply(short));

    expect(message.header('ce-id')).toBe('first');
    expect(message.allHeaders()).toEqual({ 'ce-id': 'first' });
  });

  it('finds malformed headers when one is asked for, and has none to show', () => {
    const malformed = {
      ...received(undefined),
      get headers(): MsgHdrs {
        throw new Error('not a valid character for a header key');
      },
    };
    const message = inboundOf(malformed, readReply(short));

    expect(() => message.header('ce-id')).toThrow(InvalidEvent);
    expect(() => message.header('ce-id')).toThrow(/malformed/);
    expect(message.allHeaders()).toEqual({});
  });
});
