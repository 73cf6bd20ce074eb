import { pino } from 'pino';
import { z } from 'zod';
import { defineEvent } from '../../src/contracts/define-event.ts';
import {
  defineStream,
  retryFilters,
  retryStreamOf,
  subjectsOf,
} from '../../src/contracts/streams.ts';
import { MemoryBus } from '../../src/infra/memory/memory-bus.ts';
import { Metrics } from '../../src/infra/observability/metrics.ts';
import { type AnyService, defineService } from '../../src/infra/pipeline/define-service.ts';
import type { InboundMessage } from '../../src/infra/pipeline/delivery.ts';
import { type Decision, type EventHandler, on } from '../../src/infra/pipeline/handler.ts';
import { noState } from '../../src/infra/pipeline/no-state.ts';
import type { Bus, RetrySchedule } from '../../src/infra/pipeline/ports.ts';
import type { EventTracing } from '../../src/infra/pipeline/tracing.ts';
import { startService } from '../../src/infra/runtime/start-service.ts';
import { eventually } from './eventually.ts';
import { contentsOf, publish, textOf } from './running-service.ts';
import { ShakyDo, ShakyDone, shakyService } from './shaky-service.ts';
import { TestClock } from './test-clock.ts';

/** The shaky service without order: an event that fails waits outside. */
export const looseService: AnyService = { ...shakyService, ordering: 'none' };

const stream = defineStream('notes', 4);
const data = z.object({ key: z.string(), n: z.int() });
const common = { version: 1, stream, data, key: ({ key }: z.infer<typeof data>) => key };
export const NotesWrite = defineEvent({ type: 'notes.write', kind: 'request', ...common });
const NotesWritten = defineEvent({ type: 'notes.written', kind: 'fact', ...common });

/** How often a fact's number is still to fail, by number. */
export const failures = new Map<number, () => never>();

class WriteNote implements EventHandler<z.infer<typeof data>, null> {
  handle(written: z.infer<typeof data>): Decision<null> {
    return { events: [NotesWritten(written)] };
  }
}

class NoteWhatIsDone implements EventHandler<z.infer<typeof data>> {
  handle({ key, n }: z.infer<typeof data>): Decision {
    const fail = failures.get(n);
    failures.delete(n);
    fail?.();
    return { events: [NotesWrite({ key, n })] };
  }
}

/** A service without order or state, which reacts to what the shaky one has done. */
export const notesService: AnyService = defineService({
  stream,
  ordering: 'none',
  state: noState,
  routes: [on(NotesWrite, WriteNote)],
  reactions: [on(ShakyDone, NoteWhatIsDone)],
});

type Schedule = RetrySchedule['schedule'];

class MendableBus extends MemoryBus {
  /** What happens in place of scheduling; it may do so, too. */
  onSchedule: (schedule: Schedule) => Schedule = (schedule) => schedule;

  override retries(...[service]: Parameters<MemoryBus['retries']>): RetrySchedule {
    const retries = super.retries(service);
    return {
      schedule: (retry) => this.onSchedule((scheduled) => retries.schedule(scheduled))(retry),
    };
  }
}

/** Services on a bus in memory, in a time that a test turns; one event is handled at a time. */
export class LooseWorld implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly bus = new MendableBus({ clock: this.clock, duplicateWindowMs: 60_000 });
  readonly #running: { stop(): Promise<void> }[] = [];

  async start(service: AnyService = looseService, tracing?: EventTracing): Promise<void> {
    const running = await startService(service, {
      bus: this.bus,
      tracing,
      logger: pino({ level: 'silent' }),
      metrics: new Metrics(service.name),
      clock: this.clock,
      environment: {
        CONCURRENCY: 1,
        PREFETCH: 1,
        HANDLER_TIMEOUT_MS: 5_000,
        DRAIN_TIMEOUT_MS: 5_000,
        ACK_WAIT_MS: 30_000,
      },
    });
    this.#running.push(running);
  }

  ask(key: string, n = 1, id = `${key}-${n}`) {
    return publish(this.bus, ShakyDo({ key, n }), id);
  }

  eventually<T>(check: () => T | Promise<T>): Promise<T> {
    return eventually(check, { advance: (ms) => this.clock.advance(ms), withinMs: 3_000 });
  }

  /** The numbers of a key's facts, in the stream's order. */
  async done(key: string, from = shakyService.stream): Promise<number[]> {
    const bus: Bus = this.bus;
    const facts = await contentsOf(bus, from, subjectsOf(from).facts);
    return facts
      .map((fact) => JSON.parse(textOf(fact)) as { key: string; n: number })
      .filter((fact) => fact.key === key)
      .map(({ n }) => n);
  }

  deadLetters(): Promise<InboundMessage[]> {
    return contentsOf(this.bus, shakyService.stream, subjectsOf(shakyService.stream).deadLetters);
  }

  /** What waits for its next try. */
  waiting(service: AnyService = looseService): Promise<InboundMessage[]> {
    const retries = retryStreamOf(service.stream);
    return contentsOf(this.bus, retries, retryFilters(retries).waiting);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) await running.stop();
    await this.bus[Symbol.asyncDispose]();
  }
}
