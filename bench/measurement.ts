import { processCpuMicros } from './process-cpu.ts';

/** What one row took in one round, per event. */
export interface Sample {
  readonly eventsPerSecond: number;
  readonly clientCpuMicros: number;
  /** Nothing where the system does not say what another process used. */
  readonly serverCpuMicros: number | undefined;
}

export interface MeasurementOptions {
  readonly events: number;
  readonly serverPid: number;
  /** Called when the measured part begins and ends. */
  readonly onBegin?: () => void;
  readonly onEnd?: () => void;
}

interface Reading {
  readonly at: number;
  readonly client: NodeJS.CpuUsage;
  readonly server: number | undefined;
}

/**
 * Counts a row's events and measures the middle part of them.
 *
 * The first quarter warms up the compiler and the connection. The last twentieth is left out, so
 * that as much is under way at the end of the measured part as at its beginning.
 */
export class Measurement {
  /** Resolves when every event has been counted. */
  readonly counted: Promise<void>;
  readonly #options: MeasurementOptions;
  readonly #from: number;
  readonly #to: number;
  #markCounted: () => void = () => {};
  #begin: Reading | undefined;
  #end: Reading | undefined;
  #count = 0;

  constructor(options: MeasurementOptions) {
    this.#options = options;
    this.#from = Math.floor(options.events / 4);
    this.#to = Math.floor(options.events * 0.95);
    this.counted = new Promise((resolve) => {
      this.#markCounted = resolve;
    });
  }

  /** How many events have been counted. */
  get count(): number {
    return this.#count;
  }

  /** How many events the measured part has. */
  get measured(): number {
    return this.#to - this.#from;
  }

  /** One more event is done. */
  add(): void {
    this.#count++;
    if (this.#count === this.#from) {
      this.#options.onBegin?.();
      this.#begin = this.#read();
    } else if (this.#count === this.#to) {
      this.#end = this.#read();
      this.#options.onEnd?.();
    } else if (this.#count === this.#options.events) this.#markCounted();
  }

  /** @throws when the row did not get to the end of its measured part */
  sample(): Sample {
    const [begin, end] = [this.#begin, this.#end];
    if (!begin || !end) throw new Error(`only ${this.#count} events came`);
    const client = end.client.user + end.client.system - begin.client.user - begin.client.system;
    const isKnown = begin.server !== undefined && end.server !== undefined;
    return {
      eventsPerSecond: (this.measured / (end.at - begin.at)) * 1000,
      clientCpuMicros: client / this.measured,
      serverCpuMicros: isKnown ? (end.server - begin.server) / this.measured : undefined,
    };
  }

  #read(): Reading {
    return {
      at: performance.now(),
      client: process.cpuUsage(),
      server: processCpuMicros(this.#options.serverPid),
    };
  }
}
