import fc from 'fast-check';
import { headers as clientHeaders, type Msg, type MsgHdrs } from 'nats';
import { describe, expect, it } from 'vitest';
import { readHeaders, writeHeaderLines } from '../../../../src/infra/nats/header-lines.ts';

const subject = 'fact.cart.3.item-added';
const reply = '$JS.ACK.CART.cart.1.2.3.4.5';

/** What the client would make of the headers; here something that tells that it was asked. */
const asked = (): Msg['headers'] => {
  const headers = clientHeaders();
  headers.set('asked', 'the client');
  return headers;
};

/** A message as the client's parser leaves it: headers and body in one buffer, somewhere within a larger one. */
const received = (block: string, body = '{}'): Msg => {
  const before = Buffer.from('HMSG before it\r\n');
  const bytes = Buffer.concat([before, Buffer.from(block), Buffer.from(body)]);
  const data = bytes.subarray(before.length + Buffer.byteLength(block));
  const size = subject.length + reply.length + bytes.length - before.length;
  return { data, subject, reply, size: () => size, headers: asked() } as unknown as Msg;
};

const read = (...lines: string[]) =>
  Object.fromEntries(readHeaders(received(`NATS/1.0\r\n${lines.join('\r\n')}\r\n\r\n`)));

describe('reading headers', () => {
  it('finds names as they were sent, and values without the space around them', () => {
    expect(read('ce-id: 7', 'CE-Type:cart.add ', 'traceparent:   00-a-b-01')).toEqual({
      'ce-id': '7',
      'CE-Type': 'cart.add',
      traceparent: '00-a-b-01',
    });
  });

  it('takes the first of a repeated name, whatever the value holds', () => {
    expect(read('a: x:y', 'a: z', 'empty:')).toEqual({ a: 'x:y', empty: '' });
  });

  it('passes over a line that names nothing', () => {
    expect(read('no colon', 'a: b')).toEqual({ a: 'b' });
  });

  it('reads text beyond ASCII', () => {
    expect(read('name: Bjørk')).toEqual({ name: 'Bjørk' });
  });

  it('refuses a name or a value that no header may have', () => {
    for (const line of ['a b: c', 'ä: c', 'a: b\nc', 'a: b\rc', '\u0000: c']) {
      expect(() => read(line), JSON.stringify(line)).toThrow('malformed');
    }
  });

  it('finds none in a message without any', () => {
    const message = { data: Buffer.from('{}'), subject, reply, headers: undefined };

    expect(readHeaders({ ...message, size: () => 0 } as unknown as Msg).size).toBe(0);
    expect(readHeaders(message as unknown as Msg).size).toBe(0);
  });

  it('asks the client where the lines do not lie before the body', () => {
    const there = received('NATS/1.0\r\na: b\r\n\r\n');
    const elsewhere: readonly Partial<Record<'data' | 'size', unknown>>[] = [
      { data: Uint8Array.from(there.data) },
      { size: undefined },
      { size: () => 1 },
      { size: () => 1_000_000 },
    ];

    expect(readHeaders(there).get('a')).toBe('b');
    for (const change of elsewhere) {
      const message = { ...there, ...change } as Msg;
      expect(readHeaders(message).get('asked')).toBe('the client');
    }
  });
});

describe('writing headers', () => {
  const textOf = (headers: MsgHdrs): string =>
    Buffer.from((headers as unknown as { encode(): Uint8Array }).encode()).toString();

  it('writes what the client would write', () => {
    const name = fc.stringMatching(/^[!-9;-~]{1,20}$/).filter((text) => text !== '__proto__');
    const value = fc.stringMatching(/^[ -~]{0,40}$/).map((text) => text.trim());
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (record) => {
        const expected = clientHeaders();
        for (const key of Object.keys(record)) expected.set(key, record[key] ?? '');
        fc.pre(expected.keys().length > 0);

        const written = textOf(writeHeaderLines('', record));

        expect(written).toBe(textOf(expected));
        expect(Object.fromEntries(readHeaders(received(written)))).toEqual(record);
      }),
    );
  });

  it('says first what is for the broker', () => {
    const lines = writeHeaderLines('\r\nNats-Msg-Id: 7', { 'ce-id': '7' });

    expect(textOf(lines)).toBe('NATS/1.0\r\nNats-Msg-Id: 7\r\nce-id: 7\r\n\r\n');
  });

  it('refuses what would end its line', () => {
    for (const headers of [{ 'a b': 'c' }, { 'a:': 'c' }, { a: 'b\r\nc: d' }, { a: 'b\n' }]) {
      expect(() => writeHeaderLines('', headers), JSON.stringify(headers)).toThrow('malformed');
    }
  });
});
