import { connect, type KV } from 'nats';
import type { RunProgram } from '../../systems/program.ts';
import { timedInLanes } from './lanes.ts';

interface Total {
  readonly total: number;
}

/** Reads a key of a key-value bucket, adds up, and writes it upon the revision that was read. */
export const run: RunProgram = async ({ address, events, measurement, settings, requestData }) => {
  const { inFlight, noAsyncTraces } = settings;
  const connection = await connect({
    servers: address.split(','),
    noAsyncTraces: noAsyncTraces === true,
  });
  const bucket = await connection.jetstream().views.kv('totals', { history: 1 });
  const times = await timedInLanes(events, Number(inFlight), async (index) => {
    const { userId, quantity } = requestData(index);
    const found = await bucket.get(userId);
    const before = found?.json<Total>().total ?? 0;
    const after: Total = { total: before + quantity };
    const text = JSON.stringify(after);
    if (found) await bucket.update(userId, text, found.revision);
    else await bucket.create(userId, text);
    measurement.add();
  });
  await verify(
    bucket,
    Array.from({ length: events }, (_, index) => requestData(index)),
  );
  await connection.close();
  return times;
};

/** @throws when the totals are not what was asked for */
const verify = async (
  bucket: KV,
  requests: readonly { readonly userId: string; readonly quantity: number }[],
): Promise<void> => {
  const asked = requests.reduce((sum, { quantity }) => sum + quantity, 0);
  let added = 0;
  for (const key of new Set(requests.map(({ userId }) => userId))) {
    added += (await bucket.get(key))?.json<Total>().total ?? 0;
  }
  if (added !== asked) throw new Error(`${added} added up instead of ${asked}`);
};
