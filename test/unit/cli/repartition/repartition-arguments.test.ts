import { expect, it } from 'vitest';
import { readRepartitionArguments } from '../../../../src/cli/repartition/repartition-arguments.ts';

it('reads whose stream is to have how many partitions', () => {
  const args = ['--service', 'cart', '--partitions', '32', '--url', 'nats://a:1,nats://b:2'];
  expect(readRepartitionArguments(args)).toEqual({
    service: 'cart',
    partitions: 32,
    dryRun: false,
    servers: ['nats://a:1', 'nats://b:2'],
  });
  expect(readRepartitionArguments([...args, '--dry-run'])).toMatchObject({ dryRun: true });
  expect(readRepartitionArguments(['--help'])).toBe('help');
});

it.each([
  [[], /--service says/],
  [['--service', 'cart'], /--partitions says/],
  [['--service', 'cart', '--partitions', '0'], /--partitions is a whole number from 1 to 1024/],
  [['--service', 'cart', '--partitions', '1.5'], /not "1.5"/],
  [['--service', 'cart', '--partitions', '2000'], /from 1 to 1024/],
  [['cart', '--partitions', '4'], /"cart": there are only options/],
  [['--service', 'cart', '--partitions', '4', '--url', 'localhost'], /--url is nats:/],
  [['--service', 'cart', '--number', '4'], /--number/],
])('refuses %j', (args, why) => {
  expect(() => readRepartitionArguments(args)).toThrow(why);
});
