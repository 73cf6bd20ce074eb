import { Logger, makeWorkerUtils, run as runWorker } from 'graphile-worker';
import pg from 'pg';

const atOnce = 5_000;
const batches = { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0 } };

/** Fills the table of jobs, then works through it with an empty task. */
export const run = async ({ address, events, measurement, settings, factData }) => {
  const pgPool = new pg.Pool({ connectionString: address, max: settings.connections });
  for (const event of ['error', 'connect']) pgPool.on(event, () => {});
  const utils = await makeWorkerUtils({ pgPool });
  await utils.migrate();
  for (let from = 0; from < events; from += atOnce) {
    const length = Math.min(atOnce, events - from);
    const jobs = Array.from({ length }, (_, offset) => factData(from + offset));
    await pgPool.query(
      `select count(graphile_worker.add_job('item-added', fact)) from json_array_elements($1) fact`,
      [JSON.stringify(jobs)],
    );
  }
  await pgPool.query('analyze');
  countCompletions(measurement);
  const runner = await runWorker({
    pgPool,
    concurrency: settings.concurrency,
    taskList: { 'item-added': async () => {} },
    preset: settings.batches ? batches : undefined,
    logger: new Logger(() => () => {}),
    noHandleSignals: true,
  });
  await measurement.counted;
  const { rows } = await pgPool.query('select count(*)::int as left from graphile_worker.jobs');
  if (rows[0].left > 0) throw new Error(`${rows[0].left} jobs are left`);
  await runner.stop();
};

/**
 * Counts jobs when Postgres has deleted them.
 *
 * The events of graphile-worker come when a task has run, which is some time before.
 */
const countCompletions = (measurement) => {
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function counted(...args) {
    const result = query.apply(this, args);
    const text = args[0]?.text ?? args[0];
    const isCompletion = typeof text === 'string' && /delete from .*_private_jobs/s.test(text);
    if (!isCompletion || typeof result?.then !== 'function') return result;
    return result.then((done) => {
      for (let left = done.rowCount ?? 0; left > 0; left--) measurement.add();
      return done;
    });
  };
};
