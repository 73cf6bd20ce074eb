import { retrySubject, type ServiceStream } from '../../contracts/streams.ts';
import type { Cancel, Clock } from '../pipeline/clock.ts';
import type { NamedLag, ScheduledRetry } from '../pipeline/ports.ts';
import type { MemoryTopology } from './memory-topology.ts';

/** Messages that wait for their time: a timer each. */
export class MemoryRetries {
  readonly #topology: MemoryTopology;
  readonly #clock: Clock;
  /** By the subject under which they wait. */
  readonly #waiting = new Map<string, { readonly stream: string; readonly cancel: Cancel }>();

  constructor(topology: MemoryTopology, clock: Clock) {
    this.#topology = topology;
    this.#clock = clock;
  }

  /** @throws BusRefused, BusUnavailable */
  schedule(declared: ServiceStream, { place, id, headers, body, afterMs }: ScheduledRetry): void {
    const at = this.#clock.now() + afterMs;
    const stream = this.#topology.stream(declared);
    const subject = retrySubject(declared, 'wait', place);
    const before = stream.last(subject);
    const { sequence, duplicate } = stream.publish({ subject, headers, body }, id);
    if (duplicate) return;
    if (before) stream.remove(before.sequence);
    this.#waiting.get(subject)?.cancel();
    const wait = (): void => {
      const cancel = this.#clock.after(Math.max(0, at - this.#clock.now()), wake);
      this.#waiting.set(subject, { stream: declared.name, cancel });
    };
    const wake = (): void => {
      // A clock may wake earlier than it was asked to.
      if (this.#clock.now() < at) {
        wait();
        return;
      }
      this.#waiting.delete(subject);
      stream.remove(sequence);
      const due = retrySubject(declared, 'due', place);
      stream.publish({ subject: due, headers, body }, `${id}.due`);
    };
    wait();
  }

  /** What waits in a stream counts as pending of its reader. */
  lagOf(declared: ServiceStream): NamedLag[] {
    const { name, service, role } = declared;
    if (role !== 'retries' || !this.#topology.find(declared)) return [];
    const waiting = [...this.#waiting.values()].filter(({ stream }) => stream === name);
    return [{ stream: name, durable: service, pending: waiting.length, unacknowledged: 0 }];
  }

  /** Lets no timer run on. */
  close(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
