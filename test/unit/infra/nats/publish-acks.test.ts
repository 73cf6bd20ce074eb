import { ErrorCode } from 'nats';
import { beforeEach, describe, expect, it } from 'vitest';
import { PublishAcks } from '../../../../src/infra/nats/publish-acks.ts';
import type { OutboundMessage } from '../../../../src/infra/pipeline/ports.ts';
import { FakePublishConnection } from '../../../support/fake-publish-connection.ts';

const headers = { 'ce-id': '1' };
const toBroker = '\r\nNats-Msg-Id: 1';
const ack = (sequence: number) => `{"stream":"S","seq":${sequence}}`;

let connection: FakePublishConnection;
let acks: PublishAcks;

beforeEach(() => {
  connection = new FakePublishConnection();
  acks = new PublishAcks(connection.asConnection, '_INBOX_test');
});

/** What was published in this turn of the event loop is sent at its end. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const ask = (n: number, timeoutMs = 60_000) =>
  askFor({ subject: `s.ask.k${n}`, headers, body: String(n) }, timeoutMs);

const askFor = (message: OutboundMessage, timeoutMs = 60_000) =>
  acks.ask(message, toBroker, performance.now() + timeoutMs);

/** Answers the publish with this body that was sent first. */
const answer = (n: number, text: string) => {
  const sent = connection.published.find(({ body }) => body === String(n));
  if (!sent) throw new Error(`${n} was not sent`);
  connection.answer(sent, text);
};

describe('waiting for the acknowledgement of a publish', () => {
  it('gives each answer to the publish that it is for, in whatever order they come', async () => {
    const many = Array.from({ length: 5_000 }, (_, n) => ask(n));
    await turn();

    for (const sent of [...connection.published].reverse()) {
      connection.answer(sent, ack(Number(sent.body) + 1));
    }

    expect(await Promise.all(many)).toEqual(
      many.map((_, n) => expect.objectContaining({ kind: 'stored', sequence: n + 1 })),
    );
    expect(new Set(connection.published.map(({ reply }) => reply)).size).toBe(5_000);
  });

  it('listens to one inbox of its own, under the prefix of its process', async () => {
    void ask(1);
    await turn();
    void ask(2);
    await turn();

    expect(connection.listening).toHaveLength(1);
    expect(connection.listening[0]).toMatch(/^_INBOX_test\.[^.]+\.\*$/);
  });

  it('sends what was published in one turn together, in its order', async () => {
    for (const n of [1, 2, 3]) void ask(n);
    expect(connection.published).toEqual([]);

    await turn();

    expect(connection.published.map(({ body }) => body)).toEqual(['1', '2', '3']);
  });

  it('gives up when its time is over, and takes no late answer for another publish', async () => {
    await expect(ask(1, 1)).rejects.toMatchObject({ code: ErrorCode.Timeout });
    const second = ask(2);
    await turn();

    answer(1, ack(1));
    answer(2, ack(2));

    expect(await second).toMatchObject({ sequence: 2 });
  });

  it('ends only those whose time is over', async () => {
    const patient = ask(1);

    await expect(ask(2, 1)).rejects.toMatchObject({ code: ErrorCode.Timeout });

    answer(1, ack(1));
    expect(await patient).toMatchObject({ sequence: 1 });
  });

  it('takes the first of several answers and leaves the others alone', async () => {
    const first = ask(1);
    await turn();
    answer(1, ack(1));
    answer(1, ack(9));
    const second = ask(2);
    await turn();
    answer(1, ack(9));
    answer(2, ack(2));

    expect(await first).toMatchObject({ sequence: 1 });
    expect(await second).toMatchObject({ sequence: 2 });
  });

  it('hands a refusal, silence of the subject and nonsense to the publish that met them', async () => {
    const answers = [ask(1), ask(2), ask(3)];
    await turn();

    answer(1, '{"error":{"code":400,"err_code":10054},"stream":"S","seq":0}');
    answer(2, 'nobody');
    answer(3, 'what?');

    expect(await Promise.all(answers)).toEqual([
      { kind: 'refused', error: { code: 400, err_code: 10054 } },
      { kind: 'nobody' },
      { kind: 'malformed' },
    ]);
  });

  it('refuses one message that cannot be sent, and sends the others of its turn', async () => {
    const first = ask(1);
    const large = askFor({ subject: 's.ask.k2', headers, body: 'x'.repeat(2_000_000) });
    const malformed = askFor({ subject: 's.ask.k3', headers: { a: 'b\r\nc: d' }, body: '3' });
    const last = ask(4);

    await expect(large).rejects.toMatchObject({ code: ErrorCode.MaxPayloadExceeded });
    await expect(malformed).rejects.toThrow('malformed');
    for (const n of [1, 4]) answer(n, ack(n));

    expect(await first).toMatchObject({ sequence: 1 });
    expect(await last).toMatchObject({ sequence: 4 });
    expect(connection.published).toHaveLength(2);
  });

  it('sends many large messages whole, in their order', async () => {
    const bodies = Array.from({ length: 40 }, (_, n) => `${n} ${'é'.repeat(3_000 * n)}`);
    const asked = bodies.map((body, n) => askFor({ subject: `s.ask.k${n}`, headers, body }));
    await turn();

    expect(connection.published.map(({ body }) => body)).toEqual(bodies);
    for (const sent of connection.published) connection.answer(sent, ack(1));
    await Promise.all(asked);
  });
});

describe('when the connection changes', () => {
  it('waits no longer for what was under way on the old one', async () => {
    const before = ask(1);
    await turn();
    connection.reconnect();
    await expect(before).rejects.toMatchObject({ code: ErrorCode.Disconnect });
    const after = ask(2);
    await turn();

    answer(2, ack(2));

    expect(await after).toMatchObject({ sequence: 2 });
  });

  it('tells everybody who waits when it is closed', async () => {
    const waiting = [1, 2, 3].map((n) => ask(n));
    await turn();

    connection.close();

    for (const one of waiting) {
      await expect(one).rejects.toMatchObject({ code: ErrorCode.ConnectionClosed });
    }
  });

  it('ends the oldest publish on a subject that may not be published on', async () => {
    const [other, forbidden] = [ask(1), ask(2)];
    const again = askFor({ subject: 's.ask.k2', headers, body: '3' });
    await turn();

    connection.forbidPublishing('s.ask.k2');

    await expect(forbidden).rejects.toMatchObject({ code: ErrorCode.PermissionsViolation });
    for (const n of [1, 2, 3]) answer(n, ack(n));
    expect(await other).toMatchObject({ sequence: 1 });
    expect(await again).toMatchObject({ sequence: 3 });
  });

  it('ends all when it may not listen for answers, and listens again for the next', async () => {
    const lost = ask(1);
    await turn();
    connection.forbidListening();
    await expect(lost).rejects.toMatchObject({ code: ErrorCode.PermissionsViolation });
    const next = ask(2);
    await turn();

    answer(2, ack(2));

    expect(await next).toMatchObject({ sequence: 2 });
  });
});
