import { factData, requestData } from '../bench-events.ts';
import { Measurement } from '../measurement.ts';
import type { TaskContext } from '../run-task.ts';
import type { ComparedSample, RowSettings } from './compared.ts';
import { latenciesOf } from './latencies.ts';
import type { ProgramModule } from './program.ts';
import { treeCpuMicros } from './tree-cpu.ts';

/** What the process of a row is told. */
export interface ComparedOrder {
  /** The address of the module to load. */
  readonly module: string;
  readonly address: string;
  readonly events: number;
  readonly serverPids: readonly number[];
  readonly settings: RowSettings;
}

const progressMs = 500;

/** The server's processes are several and have children: they are read at both ends instead. */
const noPid = -1;

/** Runs the program of a row in this process; says how many events are done. */
export const runComparedProcess = async (
  { module, serverPids, ...order }: ComparedOrder,
  { say }: TaskContext,
): Promise<ComparedSample> => {
  const server: (number | undefined)[] = [];
  const readServer = (): void => void server.push(treeCpuMicros(serverPids));
  const measurement = new Measurement({
    events: order.events,
    serverPid: noPid,
    onBegin: readServer,
    onEnd: readServer,
  });
  const timer = setInterval(() => say(measurement.count), progressMs);
  const { run } = (await import(module)) as ProgramModule;
  const times = await run({ ...order, measurement, requestData, factData });
  clearInterval(timer);
  const { eventsPerSecond, clientCpuMicros } = measurement.sample();
  const [before, after] = server;
  const isKnown = before !== undefined && after !== undefined && serverPids.length > 0;
  return {
    eventsPerSecond,
    clientCpuMicros,
    serverCpuMicros: isKnown ? (after - before) / measurement.measured : null,
    latencyMs: latenciesOf(times),
  };
};
