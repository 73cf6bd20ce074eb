import { CpuProfile, type LayerTimes } from './cpu-profile.ts';
import { Measurement, type Sample } from './measurement.ts';
import type { RowRun } from './row.ts';
import { type RowName, rows } from './rows.ts';

/** What the process of a row is told. */
export interface RowOrder extends Omit<RowRun, 'measurement'> {
  readonly row: RowName;
  readonly serverPid: number;
  /** Where the profile is written; nothing when none is wanted. */
  readonly profile: string | undefined;
}

/** What it says. */
export type RowReport =
  | { readonly kind: 'progress'; readonly count: number }
  | { readonly kind: 'sample'; readonly sample: Sample; readonly layers: LayerTimes | undefined };

const progressMs = 500;

/** Runs one row in this process and reports to the parent. */
export const runRowProcess = async (order: RowOrder): Promise<void> => {
  const profile = order.profile === undefined ? undefined : new CpuProfile();
  const measurement = new Measurement({
    events: order.events,
    serverPid: order.serverPid,
    onBegin: () => profile?.start(),
    onEnd: () => profile?.stop(),
  });
  const timer = setInterval(
    () => report({ kind: 'progress', count: measurement.count }),
    progressMs,
  );
  await rows[order.row].run({ ...order, measurement });
  clearInterval(timer);
  if (order.profile !== undefined) profile?.write(order.profile);
  const layers = profile?.layerTimes(measurement.measured);
  await reported({ kind: 'sample', sample: measurement.sample(), layers });
};

const report = (said: RowReport): void => void process.send?.(said);

/** Resolves when it has left this process, which may then end. */
const reported = (said: RowReport): Promise<void> =>
  new Promise((resolve) => process.send?.(said, undefined, {}, () => resolve()));
