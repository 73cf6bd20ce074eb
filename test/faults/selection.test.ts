import { beforeAll, describe, expect, it } from 'vitest';
import { ensureFaultsBuild } from './faults-build.ts';
import { findScenarios } from './find-scenarios.ts';
import { runScenario } from './run-scenario.ts';

beforeAll(ensureFaultsBuild, 120_000);

/** A short selection of `npm run faults`: each strikes something else. */
const selection = [
  'kill-worker',
  'rolling-restart',
  'zombie-8s',
  'killer-event',
  'lost-commit-answers',
  'kill-server',
];

describe('nothing is lost, doubled or reordered', () => {
  it.each(findScenarios(selection))(
    '$name: $says',
    async (scenario) => {
      const load = { ...scenario.load, events: 1_500, perSecond: 250 };
      // What is promised in seconds is judged by `npm run faults`: here other tests run beside it.
      const { longestStallMs: _, ...unhurried } = scenario;
      const { wrong } = await runScenario({ ...unhurried, load }, { seed: 1 });

      expect(wrong).toEqual([]);
    },
    90_000,
  );
});
