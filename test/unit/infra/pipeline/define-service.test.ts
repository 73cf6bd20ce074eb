import { expect, test } from 'vitest';
import { defineService } from '../../../../src/infra/pipeline/define-service.ts';
import { type Decision, on } from '../../../../src/infra/pipeline/handler.ts';
import { EchoSay, echoService, SourceSaid } from '../../../support/echo-service.ts';

class Silent {
  handle(): Decision<{ readonly count: number }> {
    return {};
  }
}

class SilentReaction {
  handle(): Decision {
    return {};
  }
}

const { stream, state } = echoService;

test('only keys whose events are in order can be parked', () => {
  const routes = [on(EchoSay, Silent)];
  const parking = [on(EchoSay, Silent, { onExhausted: 'park' })];

  expect(defineService({ stream, state, routes }).onExhausted).toBe('skip');
  expect(defineService({ stream, state, routes, onExhausted: 'park' }).onExhausted).toBe('park');
  expect(() => defineService({ stream, state, routes: parking, ordering: 'none' })).toThrow(
    /echo: .*parked/,
  );
  expect(() =>
    defineService({ stream, state, routes, onExhausted: 'park', ordering: 'none' }),
  ).toThrow(TypeError);
});

test('only events in order can be acknowledged by watermark', () => {
  const service = {
    stream,
    state,
    routes: [on(EchoSay, Silent)],
    acknowledge: 'watermark',
  } as const;

  expect(defineService(service).acknowledge).toBe('watermark');
  expect(defineService({ ...service, acknowledge: 'each' }).acknowledge).toBe('each');
  expect(() => defineService({ ...service, ordering: 'none' })).toThrow(/echo: .*watermark/);
});

test('a reaction has no key that could be parked', () => {
  const reactions = [on(SourceSaid, SilentReaction, { onExhausted: 'park' })];

  expect(() => defineService({ stream, state, routes: [], reactions })).toThrow(/source\.said/);
});
