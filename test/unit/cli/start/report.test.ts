import { expect, test } from 'vitest';
import { AckTimes } from '../../../../src/cli/replay/ack-times.ts';
import { AvailabilityLog } from '../../../../src/cli/start/availability.ts';
import { Ledger } from '../../../../src/cli/start/ledger.ts';
import { sayInvitation, sayRun } from '../../../../src/cli/start/report.ts';

const figuresFor = (service: string) => ({
  service,
  responseMs: 12.4,
  responseP50Ms: 8.25,
  responseP99Ms: 40,
  throughput: 1234.5,
});

const runOf = (ledger: Ledger) => ({
  replayed: {
    lines: 6400,
    published: 6314,
    duplicates: 86,
    bad: 0,
    unpublished: 0,
    seconds: 4,
    ackTimes: new AckTimes(),
  },
  ledger,
  figures: {
    seconds: 4.5,
    services: [figuresFor('user'), figuresFor('cart')],
    all: figuresFor('all'),
    latencyMs: 15,
    availability: new AvailabilityLog(['user', 'cart']),
  },
});

const ledgerWith = (...ids: readonly string[]): Ledger => {
  const ledger = new Ledger();
  for (const id of ids) ledger.accept({ id, stream: 'CART', sequence: 1, duplicate: false });
  return ledger;
};

test('the report has an aligned table and the five figures with their meanings', () => {
  const text = sayRun(runOf(ledgerWith()));

  expect(text).toContain('6,400 lines sent in 4.00 s: 6,314 new events, 86 sent again');
  expect(text).toContain(
    [
      '      events  handled  rejected  dead  throughput      p50    p99',
      'user       0        0         0     0     1,235/s  8.25 ms  40 ms',
      'cart       0        0         0     0     1,235/s  8.25 ms  40 ms',
      'all        0        0         0     0     1,235/s  8.25 ms  40 ms',
    ].join('\n'),
  );
  for (const figure of ['ART:', 'TP:', 'ST:', 'SL:', 'SA:']) expect(text).toContain(figure);
  expect(text).toContain('none is missing, none is doubled');
});

test('what is missing is listed by id, the first ten of many', () => {
  const ids = Array.from({ length: 12 }, (_, index) => `e${index}`);
  const text = sayRun(runOf(ledgerWith(...ids)));

  expect(text).toContain('NOT accounted for: 0 of 12 accepted events ended.');
  expect(text).toContain('missing: e0, e1, e2, e3, e4, e5, e6, e7, e8, e9 and 2 more');
});

test('where there is a broker, a publish and a replay to it are offered too', () => {
  const text = sayInvitation('http://127.0.0.1:3000', 'nats://127.0.0.1:4333');

  expect(text).toContain('nats pub -s nats://127.0.0.1:4333 cart.add.demo');
  expect(text).toContain('npm run replay -- --url nats://127.0.0.1:4333');
});

test('three lines for a shell are offered: search, log in, add to the cart', () => {
  const lines = sayInvitation('http://127.0.0.1:3000').split('\n').slice(1);

  expect(lines).toHaveLength(3);
  expect(lines[0]).toContain('/products?search=');
  expect(lines[1]).toContain('/sessions');
  expect(lines[2]).toContain('/carts/me/items');
});
