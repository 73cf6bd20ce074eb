import { hostname } from 'node:os';
import type { Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { acknowledgedAhead } from '../pipeline/acknowledged-ahead.ts';
import type { Clock } from '../pipeline/clock.ts';
import type { AnyService } from '../pipeline/define-service.ts';
import type { Bus } from '../pipeline/ports.ts';
import { Repair } from '../pipeline/repair.ts';
import type { Upkeep } from '../pipeline/upkeep.ts';

export interface AcknowledgedOptions {
  readonly service: AnyService;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Partitions change hands several times in a row, and who starts has more urgent things to do. */
const settlingMs = 2_000;
/** Then an operator has read of it, and verifies. */
const mostTries = 10;

/**
 * Looks for events that are acknowledged ahead of their key's state, and publishes them again: a
 * broker may have come back with less than it had.
 *
 * The cheap part of `npm run verify -- --repair`, for each partition that this process owns, once a
 * connection to the broker: what lay in the stream when the connection was made. Of a service without
 * order every replica looks at all of them. Should several look, each repair is stored once.
 *
 * @returns what ends it
 */
export const repairAcknowledged = (options: AcknowledgedOptions): (() => void) => {
  const { upkeep } = options.bus;
  if (!upkeep) return () => {};
  const repairs = new Repairs(options, upkeep);
  repairs.begin();
  return () => repairs.end();
};

class Repairs {
  readonly #options: AcknowledgedOptions;
  readonly #upkeep: Upkeep;
  readonly #repair: Repair;
  readonly #ending = new AbortController();
  #looked = new Set<number>();
  /** The last sequence of the stream when the connection was made; nothing while nobody knows. */
  #upTo: Promise<number | undefined> = Promise.resolve(undefined);
  #turn: Promise<void> = Promise.resolve();
  #cancel = () => {};
  #tries = 0;

  constructor(options: AcknowledgedOptions, upkeep: Upkeep) {
    const { bus, service, clock } = options;
    this.#options = options;
    this.#upkeep = upkeep;
    this.#repair = new Repair({ bus, service, clock, by: `${service.name}@${hostname()}` });
  }

  begin(): void {
    const { bus } = this.#options;
    const { signal } = this.#ending;
    const ignore = [
      bus.onReconnect(() => this.#beginAnew()),
      bus.ownership?.onChange(() => this.#lookSoon()) ?? (() => {}),
    ];
    signal.addEventListener('abort', () => {
      this.#cancel();
      for (const run of ignore) run();
    });
    this.#beginAnew();
  }

  end(): void {
    this.#ending.abort(new Error('the service ends'));
  }

  #beginAnew(): void {
    this.#looked = new Set();
    this.#tries = 0;
    // At once: what comes from now on is none of what may have been lost.
    this.#upTo = this.#lastSequence().catch(() => undefined);
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#ending.signal.aborted || this.#left().length === 0) return;
    this.#cancel();
    this.#cancel = this.#options.clock.after(settlingMs, () => {
      this.#turn = this.#turn.then(() => this.#look());
    });
  }

  async #look(): Promise<void> {
    const looked = this.#looked;
    const partitions = this.#left();
    if (partitions.length === 0) return;
    try {
      const upTo = (await this.#upTo) ?? (await this.#lastSequence());
      await this.#lookAt(partitions, upTo);
      for (const partition of partitions) looked.add(partition);
    } catch (error) {
      if (this.#ending.signal.aborted) return;
      const { logger } = this.#options;
      logger.warn({ error: String(error) }, 'cannot hold acknowledgements against states');
      if (++this.#tries < mostTries) this.#lookSoon();
    }
  }

  /** The partitions that this process owns and has not looked at since it is connected. */
  #left(): readonly number[] {
    const { bus, service } = this.#options;
    const { stream, ordering } = service;
    const all = Array.from({ length: stream.partitions }, (_, partition) => partition);
    const own = ordering === 'none' ? all : (bus.ownership?.of(stream) ?? []);
    return own.filter((partition) => !this.#looked.has(partition));
  }

  async #lookAt(partitions: readonly number[], upTo: number): Promise<void> {
    const { bus, service, logger, metrics } = this.#options;
    const { signal } = this.#ending;
    const upkeep = this.#upkeep;
    const repaired = metrics.counter('millrace_repaired_events_total', {});
    const found = await acknowledgedAhead({ bus, upkeep, service, partitions, upTo, signal });
    const stream = service.stream.name;
    for (const lost of found.lost) {
      signal.throwIfAborted();
      if ((await this.#repair.publish(lost)) !== 'published') continue;
      repaired.inc();
      logger.error({ stream, ...lost }, 'acknowledged, but not in its state: published again');
    }
    if (found.unclear.length === 0) return;
    const sequences = found.unclear.slice(0, 20).join(' ');
    const what = { stream, events: found.unclear.length, sequences };
    logger.error(what, 'acknowledged, but not in their states: run npm run verify');
  }

  async #lastSequence(): Promise<number> {
    return (await this.#upkeep.sizeOf(this.#options.service.stream)).lastSequence;
  }
}
