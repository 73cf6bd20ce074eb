import { cpus, loadavg, totalmem } from 'node:os';

/** What a result was measured on. */
export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly natsServer: string;
  /** The load of the last minute when it began: near zero on a machine that does nothing else. */
  readonly loadBefore: number;
}

export const describeMachine = (natsServer: string): Machine => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  processors: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${process.platform} ${process.arch}`,
  node: process.version,
  natsServer,
  loadBefore: Math.round((loadavg()[0] ?? 0) * 10) / 10,
});

export const sayMachine = (machine: Machine): string =>
  `${machine.processors} x ${machine.processor}, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, ` +
  `nats-server ${machine.natsServer}, load ${machine.loadBefore} before`;
