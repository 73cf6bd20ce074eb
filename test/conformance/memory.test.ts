import { MemoryBus } from '../../src/infra/memory/memory-bus.ts';
import { TestClock } from '../support/test-clock.ts';
import { busConformance } from './bus.suite.ts';

busConformance(
  'the bus in memory',
  async () => {
    const clock = new TestClock();
    const bus = new MemoryBus({ clock });
    return {
      bus,
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
    };
  },
  { survivesRestart: false },
);
