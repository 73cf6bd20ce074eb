import { CpuProfile, type LayerTimes } from './cpu-profile.ts';
import { Measurement, type Sample } from './measurement.ts';
import type { RowRun } from './row.ts';
import { type RowName, rows } from './rows.ts';
import type { TaskContext } from './run-task.ts';

/** What the process of a row is told. */
export interface RowOrder extends Omit<RowRun, 'measurement'> {
  readonly row: RowName;
  readonly serverPid: number;
  /** Where the profile is written; nothing when none is wanted. */
  readonly profile?: string | undefined;
}

/** What it found. */
export interface RowResult {
  readonly sample: Sample;
  readonly layers: LayerTimes | undefined;
  /** Of them, microseconds an event of observability with all that it calls. */
  readonly observability: number | undefined;
}

const progressMs = 500;

/** Runs one row in this process; says how many events are done. */
export const runRowProcess = async (order: RowOrder, { say }: TaskContext): Promise<RowResult> => {
  const profile = order.profile === undefined ? undefined : new CpuProfile();
  const measurement = new Measurement({
    events: order.events,
    serverPid: order.serverPid,
    onBegin: () => profile?.start(),
    onEnd: () => profile?.stop(),
  });
  const timer = setInterval(() => say(measurement.count), progressMs);
  await rows[order.row].run({ ...order, measurement });
  clearInterval(timer);
  if (order.profile !== undefined) profile?.write(order.profile);
  return {
    sample: measurement.sample(),
    layers: profile?.layerTimes(measurement.measured),
    observability: profile?.observability(measurement.measured),
  };
};
