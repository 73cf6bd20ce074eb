/** The time in microseconds since some moment: one clock for all processes of a machine, never set back. */
export const machineMicros = (): number => Number(process.hrtime.bigint() / 1_000n);
