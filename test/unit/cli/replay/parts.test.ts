import { expect, test } from 'vitest';
import { AckTimes } from '../../../../src/cli/replay/ack-times.ts';
import { openInput } from '../../../../src/cli/replay/open-input.ts';
import { Pace } from '../../../../src/cli/replay/pace.ts';
import { readReplayArguments } from '../../../../src/cli/replay/replay-arguments.ts';

test('times are kept to within five percent', () => {
  const times = new AckTimes();
  for (let ms = 1; ms <= 1000; ms++) times.add(ms);

  expect((times.quantile(0.5) ?? 0) / 500).toBeGreaterThan(0.99);
  expect((times.quantile(0.5) ?? 0) / 500).toBeLessThan(1.05);
  expect((times.quantile(0.99) ?? 0) / 990).toBeGreaterThan(0.99);
  expect((times.quantile(0.99) ?? 0) / 990).toBeLessThan(1.05);
});

test('without any time there is no quantile', () => {
  expect(new AckTimes().quantile(0.5)).toBeUndefined();
});

test('turns come evenly, and a pause is made up for by no more than a quarter of a second', () => {
  let now = 10_000;
  const pace = new Pace({ now: () => now, elapsed: () => now, after: () => () => {} }, 100);
  const early = (): readonly number[] => Array.from({ length: 27 }, () => pace.next());

  expect(early().slice(0, 3)).toEqual([0, 10, 20]);
  now += 60_000;
  expect(early().slice(24)).toEqual([-10, 0, 10]);
});

test('without a rate nobody is too early', () => {
  const pace = new Pace({ now: () => 0, elapsed: () => 0, after: () => () => {} }, undefined);

  expect([pace.next(), pace.next()]).toEqual([0, 0]);
});

test('the command line is read', () => {
  const args = ['shop.ndjson', '--rate', '50', '--url', 'nats://a:1,nats://b:2', '--as-is'];

  expect(readReplayArguments(args)).toEqual({
    file: 'shop.ndjson',
    rate: 50,
    servers: ['nats://a:1', 'nats://b:2'],
    window: 512,
    asIs: true,
    ids: 'random',
  });
  expect(readReplayArguments(['-'])).toMatchObject({ file: '-', rate: undefined });
  expect(readReplayArguments(['--help'])).toBe('help');
});

test.each([
  [[], 'which file is to be replayed? None is named'],
  [['a', 'b'], 'one file at a time: "b" is one too many'],
  [['a', '--speed'], "Unknown option '--speed'"],
  [['a', '--rate'], /--rate/],
  [['a', '--rate', '0'], '--rate is a whole number from 1 to 1000000, not "0"'],
  [['a', '--rate', '1e3'], /--rate is a whole number/],
  [['a', '--window', '-1'], /--window/],
  [['a', '--url', 'localhost'], /--url is nats:/],
  [['a', '--ids', 'uuid'], '--ids is "random" or "line", not "uuid"'],
  [['-', '--ids', 'line'], '--ids line needs a file: standard input has no name'],
])('%j is refused in one sentence', (args, message) => {
  const read = () => readReplayArguments(args);

  expect(read).toThrow(message);
  expect(read).toThrow(expect.objectContaining({ name: 'UsageError' }));
});

test('a file that cannot be read is named with the reason', async () => {
  await expect(openInput('/no/such/file')).rejects.toThrow(
    'cannot read /no/such/file: there is no such file',
  );
  await expect(openInput('/')).rejects.toThrow('/ is a folder, not a file');
});
