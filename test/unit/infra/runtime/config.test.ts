import { expect, it } from 'vitest';
import { readConfig, workerEnvironment } from '../../../../src/infra/runtime/config.ts';

it('names everything that is wrong in one message, bounds between variables too', () => {
  const wrong = { NATS_URL: 'foo', HEALTH_PORT: 'abc', PREFETCH: '1' };

  expect(() => readConfig(workerEnvironment, wrong)).toThrow(
    /NATS_URL: .*HEALTH_PORT: .*PREFETCH: must be at least CONCURRENCY/s,
  );
});

it('takes an empty variable for an absent one', () => {
  expect(readConfig(workerEnvironment, { PREFETCH: '' })).toMatchObject({ PREFETCH: 1024 });
});
