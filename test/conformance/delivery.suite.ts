import { describe, expect, it } from 'vitest';
import { InvalidEvent } from '../../src/contracts/invalid-event.ts';
import { defineStream, placeOf, subjectsOf } from '../../src/contracts/streams.ts';
import { BusRefused, BusUnavailable } from '../../src/infra/pipeline/errors.ts';
import { bodyOf, envelopeOf, type OpenBus, World } from './bus-under-test.ts';

/** Keys that would be something else in a subject. */
const awkwardKeys = [
  'whole milk',
  'Ærø 🥛',
  '.',
  '*',
  '>',
  'a.b.c',
  'a*',
  'tab\there',
  'line\r\nPUB x 1',
  '~tilde',
  '-',
  'x'.repeat(64),
  'x'.repeat(65),
];

/** From a publish to its first delivery. */
export const deliverySuite = (open: OpenBus): void => {
  describe('publishing and delivering', () => {
    it('delivers an event with its body, headers, subject, sequence and time', async () => {
      await using world = await World.open(open);
      const event = world.contracts.Ask({ key: 'whole milk', n: 7 });
      const envelope = envelopeOf(event, 'id with spaces, 100 % Ærø');
      const before = world.now();

      const published = await world.bus.publisher.publish(event, envelope);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      const { message, attempt } = inbox.deliveries[0]!;
      const { partition } = placeOf(world.stream, 'whole milk');
      expect(published).toEqual({
        id: envelope.id,
        stream: world.stream.name,
        sequence: 1,
        duplicate: false,
      });
      expect(attempt).toBe(1);
      expect(bodyOf(message)).toEqual({ key: 'whole milk', n: 7 });
      expect(message.subject).toBe(`in.${world.stream.service}.${partition}.ask`);
      expect(message.stream).toBe(world.stream.name);
      expect(message.sequence).toBe(1);
      expect(message.storedAt).toBeGreaterThanOrEqual(before - 1000);
      expect(message.storedAt).toBeLessThanOrEqual(world.now() + 1000);
      expect(message.header('ce-type')).toBe(event.contract.type);
      expect(message.header('ce-dataversion')).toBe('1');
      expect(decodeURIComponent(message.header('ce-id') ?? '')).toBe(envelope.id);
      expect(message.header('traceparent')).toBe(envelope.traceparent);
      expect(message.header('ce-nothing')).toBeUndefined();
      expect(message.allHeaders()).toMatchObject({ 'ce-correlationid': 'the-correlation' });
    });

    it('reads headers by lower-case names however they were sent', async () => {
      await using world = await World.open(open);
      const subject = `${world.stream.service}.ask.k`;
      const message = { subject, headers: { 'Ce-Odd-Case': 'kept' }, body: '{"key":"k","n":1}' };

      await world.bus.publisher.publishRaw(message, 'one');
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      expect(inbox.deliveries[0]?.message.header('ce-odd-case')).toBe('kept');
      expect(inbox.deliveries[0]?.message.allHeaders()).toMatchObject({ 'Ce-Odd-Case': 'kept' });
    });

    it('carries any bytes as a body', async () => {
      await using world = await World.open(open);
      const body = Uint8Array.from({ length: 256 }, (_, index) => index);
      const subject = `${world.stream.service}.ask.k`;

      await world.bus.publisher.publishRaw({ subject, headers: {}, body }, 'one');
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));

      expect(Buffer.from(inbox.deliveries[0]!.message.body).equals(body)).toBe(true);
    });

    it('stores an event once under one id and says where the first one is', async () => {
      await using world = await World.open(open);

      const first = await world.ask('k', 0, 'same');
      await world.ask('k', 1, 'other');
      const repeated = await world.ask('k', 0, 'same');
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries.length).toBeGreaterThanOrEqual(2));
      await world.advance(200);

      expect(repeated).toEqual({ ...first, duplicate: true });
      expect(inbox.numbers()).toEqual([0, 1]);
    });

    it('stores an event once when it is published twice at the same time', async () => {
      await using world = await World.open(open);

      const both = await Promise.all([world.ask('k', 0, 'same'), world.ask('k', 0, 'same')]);

      expect(both.map(({ duplicate }) => duplicate).sort()).toEqual([false, true]);
      expect(await world.contents(subjectsOf(world.stream).requests)).toHaveLength(1);
    });

    it('delivers in the order of the stream', async () => {
      await using world = await World.open(open);
      const numbers = Array.from({ length: 30 }, (_, n) => n);

      await world.askMany(30, (n) => `key ${n % 7}`);
      const inbox = world.start({ onTake: (delivery, { settle }) => settle(delivery) });
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(30));

      expect(inbox.numbers()).toEqual(numbers);
      expect(inbox.deliveries.map(({ message }) => message.sequence)).toEqual(
        numbers.map((n) => n + 1),
      );
    });

    it('delivers what comes while a source waits', async () => {
      await using world = await World.open(open);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.running.isPulling()).toBe(true));

      await world.askMany(3);
      await world.eventually(() => expect(inbox.numbers()).toEqual([0, 1, 2]));
    });

    it('takes nothing on the stack of whoever publishes', async () => {
      await using world = await World.open(open);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.running.isPulling()).toBe(true));

      const published = world.ask('k', 1);

      expect(inbox.deliveries).toHaveLength(0);
      await published;
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(1));
    });

    it('puts the events of any key into its partition, whatever is in the key', async () => {
      await using world = await World.open(open);

      for (const [n, key] of awkwardKeys.entries()) await world.ask(key, n);
      const inbox = world.start();
      await world.eventually(() => expect(inbox.deliveries).toHaveLength(awkwardKeys.length));

      const found = inbox.deliveries.map(({ message }) => [bodyOf(message).key, message.subject]);
      const { service } = world.stream;
      expect(found).toEqual(
        awkwardKeys.map((key) => [
          key,
          `in.${service}.${placeOf(world.stream, key).partition}.ask`,
        ]),
      );
    });

    it('refuses an event that breaks its contract and stores nothing', async () => {
      await using world = await World.open(open);
      const event = world.contracts.Ask({ key: 'k', n: 1.5 });

      const refused = world.bus.publisher.publish(event, envelopeOf(event));

      await expect(refused).rejects.toThrow(InvalidEvent);
      expect(await world.contents(subjectsOf(world.stream).requests)).toHaveLength(0);
    });

    it('refuses for good what is too large', async () => {
      await using world = await World.open(open);
      const event = world.contracts.Ask({ key: 'k', n: 1, text: 'x'.repeat(2_000_000) });

      const refused = world.bus.publisher.publish(event, envelopeOf(event));

      await expect(refused).rejects.toThrow(BusRefused);
      await expect(refused).rejects.toMatchObject({ lasting: true });
    });

    it('is unavailable for a stream that is not there', async () => {
      await using underTest = await open();
      const world = new World(underTest);
      const event = world.contracts.Ask({ key: 'k', n: 1 });

      const lost = world.bus.publisher.publish(event, envelopeOf(event), 300);

      await expect(lost).rejects.toThrow(BusUnavailable);
    });

    it('begins to deliver when its consumer comes to be', async () => {
      await using world = new World(await open());
      await world.bus.ensure({ streams: [world.stream], consumers: [] });
      const inbox = world.start();

      await world.bus.ensure({ streams: [], consumers: [world.consumer] });
      await world.ask('k', 1);

      await world.eventually(() => expect(inbox.numbers()).toEqual([1]));
    });

    it('keeps the streams of services apart', async () => {
      await using world = await World.open(open);
      const other = defineStream(`${world.stream.service}-too`, 4);
      await world.bus.ensure({ streams: [other], consumers: [] });

      const subject = `${other.service}.ask.k`;
      const published = await world.bus.publisher.publishRaw(
        { subject, headers: {}, body: '1' },
        '1',
      );

      expect(published.stream).toBe(other.name);
      expect(await world.contents(subjectsOf(world.stream).requests)).toHaveLength(0);
    });

    it('is connected until it is closed', async () => {
      const underTest = await open();

      expect(underTest.bus.isConnected()).toBe(true);
      await underTest[Symbol.asyncDispose]();

      expect(underTest.bus.isConnected()).toBe(false);
    });
  });
};
