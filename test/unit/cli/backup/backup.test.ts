import { expect, it } from 'vitest';
import { readBackupArguments } from '../../../../src/cli/backup/backup-arguments.ts';
import { inOrderOfSaving } from '../../../../src/cli/backup/stream-order.ts';
import { UsageError } from '../../../../src/cli/terminal/usage-error.ts';
import { cart } from '../../../../src/workers/cart/service.ts';
import { product } from '../../../../src/workers/product/service.ts';
import { user } from '../../../../src/workers/user/service.ts';

it('reads what is asked for', () => {
  expect(readBackupArguments(['save', 'x', '--running', '--service', 'cart'])).toEqual({
    command: 'save',
    folder: 'x',
    services: ['cart'],
    running: true,
    replicas: undefined,
    servers: undefined,
  });
  expect(
    readBackupArguments(['restore', 'x', '--replicas', '1', '--url', 'nats://a:1']),
  ).toMatchObject({ command: 'restore', replicas: 1, servers: ['nats://a:1'] });
  expect(readBackupArguments(['--help'])).toBe('help');
});

it.each([
  [[], /no command/],
  [['store', 'x'], /"store"/],
  [['save'], /which folder/],
  [['save', 'x', 'y'], /"y"/],
  [['check', 'x', '--running'], /--running/],
  [['save', 'x', '--replicas', '3'], /--replicas/],
  [['restore', 'x', '--replicas', '0'], /--replicas/],
  [['save', 'x', '--url', 'here'], /--url/],
])('refuses %j and says what is wrong', (args, message) => {
  expect(() => readBackupArguments(args)).toThrow(UsageError);
  expect(() => readBackupArguments(args)).toThrow(message);
});

it('saves a stream before those of the services that react to it', () => {
  const order = inOrderOfSaving([cart, user, product]).map(({ name }) => name);
  expect(order).toEqual(['PRODUCT', 'CART', 'USER']);
  const loose = inOrderOfSaving([{ ...cart, ordering: 'none' }]);
  expect(loose.map(({ name, isRequired }) => [name, isRequired])).toEqual([
    ['CART', true],
    ['CART_RETRY', false],
  ]);
});
