import { observerEnvironment } from '../infra/runtime/config.ts';
import { runProcess } from '../infra/runtime/run-process.ts';
import { systemClock } from '../infra/runtime/system-clock.ts';
import { startObserver } from './start-observer.ts';

await runProcess({
  name: 'observer',
  environment: observerEnvironment,
  contracts: [],
  start: async (open, environment) => startObserver({ ...open, environment, clock: systemClock }),
});
