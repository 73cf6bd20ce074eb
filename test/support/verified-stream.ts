import { randomUUID } from 'node:crypto';
import { readStream } from '../../src/cli/verify/reading.ts';
import type { StreamReport } from '../../src/cli/verify/stream-report.ts';
import { type StreamOptions, verifyStream } from '../../src/cli/verify/verify-stream.ts';
import { placeOf, subjectsOf } from '../../src/contracts/streams.ts';
import { MemoryBus } from '../../src/infra/memory/memory-bus.ts';
import type { AnyService } from '../../src/infra/pipeline/define-service.ts';
import type { InboundMessage } from '../../src/infra/pipeline/delivery.ts';
import type { OutboundMessage } from '../../src/infra/pipeline/ports.ts';
import {
  emptyRecord,
  recordAfter,
  recordReader,
  type StateRecord,
} from '../../src/infra/pipeline/state-record.ts';
import type { ConsumerState, Upkeep } from '../../src/infra/pipeline/upkeep.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { TallyCount, tallyRoutes, tallyState, tallyStream } from './tally.ts';

/** A request event of a test. */
export interface Asked {
  readonly key: string;
  readonly id: string;
  readonly sequence: number;
}

/** How an event is handled: what the pipeline would write of it, or something wrong. */
export interface Handling {
  /** How many facts it has. @default 1 */
  readonly facts?: number;
  readonly isRejected?: boolean;
  /** As which sequence and id the record takes it. */
  readonly as?: Partial<Pick<Asked, 'id' | 'sequence'>>;
  readonly messages?: readonly OutboundMessage[];
  /** The record is left as it was. */
  readonly withoutState?: boolean;
  readonly settledUpTo?: number;
  /** Changes the record as it is written. */
  readonly change?: (record: StateRecord) => StateRecord;
}

const tallyService = {
  name: 'tally',
  stream: tallyStream,
  ordering: 'key',
  routes: tallyRoutes.slice(0, 2),
} as unknown as AnyService;
const read = recordReader(tallyState.schema);

/** A stream whose worker is played by the test, event by event, and which is then verified. */
export class VerifiedStream {
  readonly service = tallyService;
  readonly bus = new MemoryBus({ clock: systemClock, duplicateWindowMs: 0 });
  /** Up to which sequence the service's consumer has acknowledged; by default everything. */
  floor = Number.MAX_SAFE_INTEGER;
  delivered: number | undefined;
  unacknowledged = 0;
  hasConsumer = true;
  /** Request events and facts below this are gone. */
  trimmedBelow = 1;

  static async open(): Promise<VerifiedStream> {
    const verified = new VerifiedStream();
    await verified.bus.ensure({ streams: [tallyStream], consumers: [] });
    return verified;
  }

  async ask(key: string, id: string): Promise<Asked> {
    const time = '2026-01-01T00:00:00Z';
    const envelope = { id, type: 'tally.count', version: 2, source: '/t', time, correlationId: id };
    const event = TallyCount({ key, n: 1 });
    const { sequence } = await this.bus.publisher.publish(event, envelope);
    return { key, id, sequence };
  }

  async handle({ key, id, sequence }: Asked, handling: Handling = {}): Promise<void> {
    const {
      facts = 1,
      isRejected = false,
      as = {},
      messages = [],
      change = (same) => same,
    } = handling;
    const place = placeOf(tallyStream, key);
    const found = await this.bus.states(tallyStream).read(place);
    const before = found ? read(found.record) : emptyRecord(key, { total: 0 });
    const cause = { id, stream: 'TALLY', sequence, settledUpTo: handling.settledUpTo ?? 0, ...as };
    const record = JSON.stringify(change(recordAfter(before, { total: 0 }, cause)));
    const name = isRejected ? 'count-rejected' : 'counted';
    const told = Array.from({ length: facts }, (_, index) => ({
      subject: `fact.tally.${place.partition}.${name}`,
      headers: { 'ce-id': `${id}.${index}`, 'ce-causationid': id },
      body: '{}',
    }));
    const state = { place, revision: found?.revision ?? 0, record };
    await this.bus.commits(tallyStream).commit({
      ...(handling.withoutState ? {} : { state }),
      messages: [...told, ...messages],
    });
  }

  /** Stores anything; resolves to its sequence. */
  async publish(subject: string, body: string, headers = {}): Promise<number> {
    return (await this.bus.publisher.publishRaw({ subject, headers, body }, randomUUID())).sequence;
  }

  /** The dead letter of an event that nobody could read. */
  async letter(sequence: number): Promise<void> {
    const partition = placeOf(tallyStream, 'x').partition;
    const { subject, headers, body } = this.copy('dead', { key: 'x', id: 'none', sequence });
    await this.publish(subject.replace(/\d+/, String(partition)), String(body), headers);
  }

  /** What somebody decides about the dead letter of an event. */
  async rule(event: Asked, action: 'redriven' | 'discarded'): Promise<void> {
    const letters = await this.#contents('dead.tally.>');
    const letter = letters.find(
      ({ header }) => header('millrace-dead-sequence') === String(event.sequence),
    );
    const ruling = {
      action,
      letter: letter?.sequence ?? 0,
      event: event.id,
      by: 't',
      at: '',
      ticket: '',
    };
    const { partition } = placeOf(tallyStream, event.key);
    await this.publish(`ruling.tally.${partition}.${ruling.letter}`, JSON.stringify(ruling));
  }

  /** The copy of an event that is set aside. */
  copy(
    kind: 'dead' | 'parked',
    { key, id, sequence }: Asked,
    more: Record<string, string> = {},
  ): OutboundMessage {
    const { partition } = placeOf(tallyStream, key);
    return {
      subject: `${kind}.tally.${partition}.count`,
      headers: {
        [`millrace-${kind}-stream`]: 'TALLY',
        [`millrace-${kind}-sequence`]: String(sequence),
        [`millrace-${kind}-id`]: id,
        ...more,
      },
      body: '',
    };
  }

  verify(more: Partial<StreamOptions> = {}): Promise<StreamReport> {
    const all = readStream(this.bus, tallyStream, new AbortController().signal);
    return verifyStream({
      service: this.service,
      upkeep: this.#upkeep(),
      read: (filter, from, take) =>
        all(filter, from, (message) => {
          if (this.#isThere(message)) take(message);
        }),
      eventsAtATime: 100_000,
      onEvent: () => {},
      ...more,
    });
  }

  #isThere({ subject, sequence }: InboundMessage): boolean {
    return sequence >= this.trimmedBelow || !/^(in|fact)\./.test(subject);
  }

  async #contents(filter: string, from = 1): Promise<InboundMessage[]> {
    const taken: InboundMessage[] = [];
    const take = (message: InboundMessage) => void taken.push(message);
    await readStream(this.bus, tallyStream, new AbortController().signal)(filter, from, take);
    return taken.filter((message) => this.#isThere(message));
  }

  #upkeep(): Upkeep {
    const consumer: ConsumerState = {
      name: 'tally',
      isDurable: true,
      service: undefined,
      filters: [subjectsOf(tallyStream).requests],
      settledUpTo: this.floor,
      deliveredUpTo: this.delivered ?? this.floor,
      unacknowledged: this.unacknowledged,
    };
    return {
      sizeOf: async () => ({
        bytes: 0,
        limitBytes: undefined,
        firstSequence: this.trimmedBelow,
        lastSequence: Number.MAX_SAFE_INTEGER,
      }),
      consumersOf: async () => (this.hasConsumer ? [consumer] : []),
      countsOf: async (_stream, filter) => new Map([['', (await this.#contents(filter)).length]]),
      firstOf: async (_stream, filter, from) =>
        (await this.#contents(filter)).find(({ sequence, storedAt }) =>
          'time' in from ? storedAt >= from.time : sequence >= from.sequence,
        ),
      purge: async () => 0,
      hold: async () => false,
    };
  }
}
