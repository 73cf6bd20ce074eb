import type { NatsConnection } from 'nats';
import { describe, expect, it } from 'vitest';
import { Wire } from '../../../../src/infra/nats/wire.ts';
import type { OutboundMessage } from '../../../../src/infra/pipeline/ports.ts';

/** A client that keeps what it is given, as it was at that moment and as the buffer that it is. */
const newClient = (max_payload = 1_048_576) => {
  const writes: string[] = [];
  const buffers = new Set<ArrayBufferLike>();
  const protocol = {
    sendCommand: (bytes: Uint8Array) => {
      writes.push(Buffer.from(bytes).toString('utf8'));
      buffers.add(bytes.buffer);
    },
    flushPending: () => undefined,
  };
  const connection = { protocol, info: { max_payload } };
  return { writes, buffers, wire: new Wire(connection as unknown as NatsConnection) };
};

const message = (n: number, body: string | Uint8Array): OutboundMessage => ({
  subject: `fact.tally.0.${n}`,
  headers: { 'ce-id': `${n}` },
  body,
});

/** As the protocol has it: the bytes of the headers, then those of headers and body. */
const expected = ({ subject, headers, body }: OutboundMessage, n: number): string => {
  const lines = `NATS/1.0\r\nat: ${n}\r\nce-id: ${headers['ce-id']}\r\n\r\n`;
  const text = Buffer.from(body).toString('utf8');
  const [head, all] = [Buffer.byteLength(lines), Buffer.byteLength(lines + text)];
  return `HPUB ${subject} ${head} ${all}\r\n${lines}${text}\r\n`;
};

const send = (wire: Wire, messages: readonly OutboundMessage[]) =>
  wire.send(messages, (index) => `\r\nat: ${index}`);

describe('the wire', () => {
  it('carries messages as the protocol has them, whatever they hold', () => {
    const { writes, wire } = newClient();
    const bodies = ['{"a":1}', '', 'Ærø 🥛', Buffer.from('bytes'), 'é'.repeat(1000)];
    const messages = [
      ...bodies.map((body, n) => message(n, body)),
      { subject: 'parked.tally.0.a', headers: { 'ce-id': 'Ærø' }, body: '{}' },
    ];

    send(wire, messages);

    expect(writes).toEqual([messages.map(expected).join('')]);
  });

  it('carries what is larger than a write, and than its buffer, in several', () => {
    const { writes, wire } = newClient();
    const messages = Array.from({ length: 60 }, (_, n) =>
      message(n, n === 30 ? 'y'.repeat(900_000) : 'x'.repeat(9_000 + n)),
    );

    send(wire, messages);

    expect(writes.length).toBeGreaterThan(5);
    expect(writes.join('')).toBe(messages.map(expected).join(''));
  });

  it('uses its buffer again only when it is told that the server has everything', () => {
    const { buffers, wire } = newClient();

    const release = send(wire, [message(1, 'a')]);
    send(wire, [message(2, 'b')]);
    expect(buffers.size).toBe(2);

    release();
    send(wire, [message(3, 'c')]);
    expect(buffers.size).toBe(2);
  });

  it('writes nothing of what would end a line, or the connection', () => {
    const { writes, wire } = newClient(1_000);

    expect(() => send(wire, [{ ...message(1, ''), headers: { a: 'b\r\nc: d' } }])).toThrow();
    expect(() => send(wire, [message(1, 'x'.repeat(1_000))])).toThrow(
      expect.objectContaining({ code: 'MAX_PAYLOAD_EXCEEDED' }),
    );
    expect(writes).toEqual([]);
  });
});
