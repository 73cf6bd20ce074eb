import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureFaultsBuild } from '../faults-build.ts';
import { runScenario } from '../run-scenario.ts';
import { type Scenario, scenario } from '../scenario.ts';
import { lostCommits } from '../scenarios/links.ts';
import { programs } from '../world/programs.ts';
import type { Sabotage } from './sabotage.ts';

beforeAll(ensureFaultsBuild, 120_000);

const slow = () => ({ kind: 'slow', ms: 300 }) as const;

/** Replicas that stand still or die with events in their hands; handlers take their time. */
const standStill = scenario({
  name: 'stand-still',
  says: 'one worker after the other stands still for five seconds',
  target: 'workers',
  load: { keys: 40, events: 1_200, perSecond: 100, act: slow },
  strike: async ({ load, workers }) => {
    await load.share(0.1);
    for (const worker of workers.running.slice(0, 2)) {
      worker.signal('SIGSTOP');
      await sleep(5_000);
      worker.signal('SIGCONT');
    }
  },
});

const dies = scenario({
  name: 'dies',
  says: 'workers are killed',
  target: 'workers',
  load: { keys: 40, events: 400, perSecond: 100, act: slow },
  strike: async ({ load, workers }) => {
    for (const part of [0.3, 0.6]) {
      await load.share(part);
      await workers.pick().end('SIGKILL');
      await workers.start();
    }
  },
});

const cutShort = { ...lostCommits, load: { keys: 40, events: 1_000, perSecond: 200 } };

/** What is lost never settles: nobody waits for it long. */
const run = (faults: Scenario, sabotage: Sabotage) =>
  runScenario(
    { ...faults, environment: { SABOTAGE: sabotage, ACK_WAIT_MS: '3000' } },
    {
      seed: 1,
      program: programs.planted,
      ...(sabotage === 'none' ? {} : { settleWithinMs: 6_000 }),
    },
  );

describe('the checker sees in a real system', () => {
  it('that the guard of commits is skipped', async () => {
    const { report } = await run(standStill, 'skip-guard');

    expect(report.counts.doubled).toBeGreaterThan(0);
    expect(report.counts['wrong state']).toBeGreaterThan(0);
  }, 90_000);

  it('that events are acknowledged before they are handled', async () => {
    const { report } = await run(dies, 'acknowledge-first');

    expect(report.counts.lost).toBeGreaterThan(0);
  }, 90_000);

  it('that states do not say what they contain', async () => {
    const { report } = await run(cutShort, 'forget-causes');

    expect(report.counts.doubled).toBeGreaterThan(0);
  }, 90_000);

  it('that replicas share a consumer although order matters', async () => {
    const { report } = await run(dies, 'ignore-pin');

    expect(report.counts.reordered).toBeGreaterThan(0);
  }, 90_000);

  it('nothing, when nothing is planted', async () => {
    const results = [await run(dies, 'none'), await run(cutShort, 'none')];

    expect(results.flatMap(({ wrong }) => wrong)).toEqual([]);
  }, 120_000);
});
