import { connect } from 'nats';
import { type RowName, rows } from '../rows.ts';
import { verifyRow } from '../verify.ts';
import type { RunProgram } from './program.ts';

/** Runs one of the benchmark's own rows; the rest of its settings are the environment of a worker. */
export const run: RunProgram = async ({ address, events, measurement, settings }) => {
  const { row, ...environment } = settings;
  const name = Object.keys(rows).find((known): known is RowName => known === row);
  if (name === undefined) throw new Error(`"${row}" is no row`);
  const texts = Object.entries(environment).map(([key, value]) => [key, `${value}`] as const);
  await rows[name].run({ url: address, events, measurement, settings: Object.fromEntries(texts) });
  const connection = await connect({ servers: address.split(',') });
  await verifyRow(await connection.jetstreamManager(), name, events);
  await connection.close();
  return undefined;
};
