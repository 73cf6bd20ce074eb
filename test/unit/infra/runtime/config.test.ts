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

const forOthers = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'jaeger_remote' };
const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4317';

it.each([
  ['there is no collector', {}],
  ['it is turned off', { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT }],
  ['nothing is exported', { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT }],
])('takes no notice of how others are to be traced while %s', (_why, off) => {
  expect(() => readConfig(workerEnvironment, { ...forOthers, ...off })).not.toThrow();
});

it('names what it cannot trace by when it is to trace', () => {
  expect(() =>
    readConfig(workerEnvironment, { ...forOthers, OTEL_EXPORTER_OTLP_ENDPOINT }),
  ).toThrow(/OTEL_EXPORTER_OTLP_PROTOCOL: .*OTEL_TRACES_SAMPLER: /s);
});
