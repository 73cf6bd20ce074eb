import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { Consumption } from '../../src/infra/pipeline/consume.ts';
import type { Decode } from '../../src/infra/pipeline/decode.ts';
import type { InboundMessage } from '../../src/infra/pipeline/delivery.ts';
import type { ConsumerDeclaration } from '../../src/infra/pipeline/ports.ts';
import type { IncomingEvent } from '../../src/infra/pipeline/process.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { bodyOf } from '../conformance/bus-under-test.ts';

/** What all members have applied, by key, in the order in which it was applied: once, as a state would keep it. */
export class Ledger {
  readonly applied = new Map<string, number[]>();

  apply(key: string, n: number): void {
    const numbers = this.applied.get(key) ?? [];
    if (!numbers.includes(n)) numbers.push(n);
    this.applied.set(key, numbers);
  }

  get count(): number {
    let count = 0;
    for (const numbers of this.applied.values()) count += numbers.length;
    return count;
  }

  /** The keys whose numbers were applied out of order. */
  disordered(): string[] {
    return [...this.applied]
      .filter(([, numbers]) => numbers.some((n, at) => at > 0 && n < (numbers[at - 1] ?? 0)))
      .map(([key, numbers]) => `${key}: ${numbers.join(' ')}`);
  }
}

/** A replica that consumes partitions: a bus of its own, and lanes whose work is to note in the ledger. */
export class PartitionMember {
  readonly bus: NatsBus;
  /** Partitions of which this member has handled something, in the order in which it first did. */
  readonly partitions = new Set<number>();
  readonly #consumption: Consumption;

  constructor(bus: NatsBus, consumer: ConsumerDeclaration, ledger: Ledger, workMs = 2) {
    this.bus = bus;
    const decode = ((message: InboundMessage) => {
      const { key } = bodyOf(message);
      return { message, place: { token: key, partition: 0 }, route: {}, attempt: 1 };
    }) as unknown as Decode;
    this.#consumption = new Consumption({
      source: bus.source(consumer),
      decode,
      process: async ({ message }: IncomingEvent) => {
        await sleep(workMs);
        const { key, n } = bodyOf(message);
        this.partitions.add(Number(message.subject.split('.')[2]));
        ledger.apply(key, n);
        return { kind: 'done', how: 'handled', facts: 0 };
      },
      clock: systemClock,
      concurrency: 64,
      prefetch: 256,
      ackWaitMs: consumer.ackWaitMs,
    });
    this.#consumption.start();
  }

  get inFlight(): number {
    return this.#consumption.inFlight;
  }

  isPulling(): boolean {
    return this.#consumption.isPulling();
  }

  /** Leaves as a process does that is told to end. */
  async leave(): Promise<void> {
    await this.#consumption.stop(5_000);
    await this.bus[Symbol.asyncDispose]();
  }

  /** Is gone without a word, as a killed process is: nothing is handed back, nothing acknowledged. */
  async die(): Promise<void> {
    await this.bus[Symbol.asyncDispose]();
  }
}
