import { expect, test } from 'vitest';
import { readStartArguments } from '../../../../src/cli/start/start-arguments.ts';

test('without options everything is as usual', () => {
  expect(readStartArguments([])).toEqual({
    replicas: { user: 1, product: 1, cart: 1 },
    bus: 'nats',
    exit: false,
    sample: true,
    observe: false,
    port: undefined,
    data: undefined,
  });
});

test.each([
  [['--replicas', 'cart=3'], { user: 1, product: 1, cart: 3 }],
  [['--replicas=cart=3,product=2'], { user: 1, product: 2, cart: 3 }],
  [['--replicas', 'cart=3', '--replicas', 'user=2'], { user: 2, product: 1, cart: 3 }],
  [['--replicas', 'cart=3', '--replicas', 'cart=4'], { user: 1, product: 1, cart: 4 }],
])('%j says how many processes each service has', (args, replicas) => {
  expect(readStartArguments(args)).toMatchObject({ replicas });
});

test('every option is read', () => {
  const args = [
    '--bus',
    'memory',
    '--exit',
    '--no-sample',
    '--port',
    '8080',
    '--data',
    'elsewhere',
  ];

  expect(readStartArguments(args)).toMatchObject({
    bus: 'memory',
    exit: true,
    sample: false,
    port: 8080,
    data: 'elsewhere',
  });
  expect(readStartArguments(['--observe'])).toMatchObject({ observe: true, bus: 'nats' });
  expect(readStartArguments(['--help', '--bus', 'memory'])).toBe('help');
});

test.each([
  [['--replica', 'cart=3'], "Unknown option '--replica'"],
  [['cart=3'], 'what is "cart=3"? No option of mine'],
  [['--bus', 'kafka'], '--bus is "nats" or "memory", not "kafka"'],
  [
    ['--replicas', 'basket=3'],
    '--replicas is NAME=N with NAME one of user, product, cart, not "basket=3"',
  ],
  [['--replicas', 'cart'], '--replicas cart is a whole number from 1 to 64, not ""'],
  [['--replicas', 'cart=0'], '--replicas cart is a whole number from 1 to 64, not "0"'],
  [['--replicas', 'cart=1=2'], /NAME=N/],
  [
    ['--bus', 'memory', '--observe'],
    '--observe needs processes to ask, and --bus memory has only one',
  ],
  [
    ['--bus', 'memory', '--replicas', 'cart=3'],
    '--replicas needs processes, and --bus memory has only one',
  ],
  [['--port', '70000'], '--port is a whole number from 1 to 65535, not "70000"'],
  [['--data', ''], '--data needs the name of a folder'],
])('%j is refused by name', (args, message) => {
  const read = () => readStartArguments(args);

  expect(read).toThrow(message);
  expect(read).toThrow(expect.objectContaining({ name: 'UsageError' }));
});
