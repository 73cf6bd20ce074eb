import { setTimeout as sleep } from 'node:timers/promises';
import { scenario } from '../scenario.ts';

const everyMs = 20_000;

export const million = scenario({
  name: 'million',
  says: 'a million events, three workers, and one of them killed (-9) and replaced every 20 seconds',
  target: 'workers',
  // As fast as the producers get their answers: then events queue, and how long says nothing.
  load: { keys: 5_000, events: 1_000_000, perSecond: 20_000 },
  strike: async ({ load, workers, note }) => {
    for (let kills = 1; load.invoked < load.planned; kills++) {
      for (let passed = 0; passed < everyMs && load.invoked < load.planned; passed += 200) {
        await sleep(200);
      }
      const victim = workers.pick();
      note(`kill ${kills}: ${victim.name}; ${load.history.acknowledged} events are acknowledged`);
      await victim.end('SIGKILL');
      await workers.start();
    }
  },
});
