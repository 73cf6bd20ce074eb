import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keyToken, partitionOf } from '../../src/contracts/key-token.ts';
import { defineStream, requestSubject, subjectsOf } from '../../src/contracts/streams.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import type { InboundMessage } from '../../src/infra/pipeline/delivery.ts';
import { anyText } from '../support/any-text.ts';
import { startNatsServer } from '../support/nats-server.ts';

/** What a subject, a header or a hash could stumble over. */
const nastyKeys = [
  ...['', ' ', '.', '*', '>', '~', '$', '-', '_', 'a.b', 'in.place.3.ask', '$JS.API.INFO'],
  ...['\r\n', 'a\r\nPUB x 0\r\n', '\0', '\t', '\u2028', '\ufffd', '\ud800', '\udc00a', '\ud801'],
  ...['ÆRØ', 'e\u0301', '\u00e9', '\u{1f95b}', 'x'.repeat(64), 'x'.repeat(65), '~'.repeat(44)],
  ...['{{partition(4,1)}}', '{{wildcard(1)}}', '$1', '%00', '__proto__', 'constructor'],
];

const manyKeys = (): string[] => [
  ...nastyKeys,
  ...fc.sample(fc.string({ unit: fc.constantFrom(...nastyKeys), maxLength: 5 }), 100),
  ...fc.sample(anyText({ maxLength: 100 }), 200),
  ...fc.sample(fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), 200),
  ...Array.from({ length: 100 }, () => randomUUID()),
  ...Array.from({ length: 100 }, () => randomBytes(3).toString('hex')),
];

for (const partitions of [1, 2, 7, 16, 64, 1000]) {
  it(`agrees with the server where a key belongs, of ${partitions} partitions`, async () => {
    await using server = await startNatsServer();
    await using bus = await NatsBus.connect({
      servers: [server.url],
      name: 'partitions',
      replicas: 1,
      storage: 'file',
    });
    const stream = defineStream('place', partitions);
    await bus.ensure({ streams: [stream], consumers: [] });
    const keys = manyKeys();

    await Promise.all(
      keys.map((key, n) => {
        const message = { subject: requestSubject('place.ask', key), headers: {}, body: `${n}` };
        return bus.publisher.publishRaw(message, String(n));
      }),
    );
    const stored = new Map<number, string>();
    const take = ({ body, subject }: InboundMessage): void => {
      stored.set(Number(Buffer.from(body).toString()), subject);
    };
    const filters = [subjectsOf(stream).requests];
    const follower = bus.follow({ stream, filters, from: 1, take });
    await follower.caughtUp;
    await follower.stop();

    expect(stored.size).toBe(keys.length);
    for (const [n, key] of keys.entries()) {
      const expected = partitionOf(keyToken(key), partitions);
      expect(stored.get(n), JSON.stringify(key)).toBe(`in.place.${expected}.ask`);
    }
  });
}
