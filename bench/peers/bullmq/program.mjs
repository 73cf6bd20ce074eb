import { Queue, Worker } from 'bullmq';

const atOnce = 1_000;

/** Fills a queue, then works through it with an empty handler. */
export const run = async ({ address, events, measurement, settings, factData }) => {
  const connection = { host: '127.0.0.1', port: Number(new URL(address).port) };
  const queue = new Queue('facts', { connection });
  // What is done leaves the queue, as an acknowledged event does.
  const opts = { removeOnComplete: true };
  for (let from = 0; from < events; from += atOnce) {
    const length = Math.min(atOnce, events - from);
    const data = Array.from({ length }, (_, offset) => factData(from + offset));
    await queue.addBulk(data.map((fact) => ({ name: 'item-added', data: fact, opts })));
  }
  const { concurrency } = settings;
  const worker = new Worker('facts', async () => {}, { connection, concurrency });
  worker.on('completed', () => measurement.add());
  worker.on('error', (error) => console.error(error));
  await measurement.counted;
  const counts = await queue.getJobCounts();
  const left = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (left > 0) throw new Error(`${left} jobs are left: ${JSON.stringify(counts)}`);
  await worker.close();
  await queue.close();
};
