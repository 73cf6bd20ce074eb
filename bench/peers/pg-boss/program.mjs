import PgBoss from 'pg-boss';

const atOnce = 5_000;
const queue = 'item-added';

/** Fills a queue, then works through it with an empty handler. */
export const run = async ({ address, events, measurement, settings, factData }) => {
  const { workers, batchSize, connections: max } = settings;
  const boss = new PgBoss({ connectionString: address, max, supervise: false, schedule: false });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue(queue);
  for (let from = 0; from < events; from += atOnce) {
    const length = Math.min(atOnce, events - from);
    const jobs = Array.from({ length }, (_, offset) => factData(from + offset));
    await boss.insert(jobs.map((data) => ({ name: queue, data })));
  }
  // The loop of its `work`, without the half second that it rests at least between two batches.
  const work = async () => {
    while (measurement.count < events) {
      const jobs = await boss.fetch(queue, { batchSize });
      if (!jobs?.length) break;
      await Promise.all(jobs.map(async () => {}));
      await boss.complete(
        queue,
        jobs.map(({ id }) => id),
      );
      for (const _ of jobs) measurement.add();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  const left = await boss.getQueueSize(queue, { before: 'completed' });
  if (left > 0) throw new Error(`${left} jobs are left`);
  await boss.stop({ graceful: false });
};
