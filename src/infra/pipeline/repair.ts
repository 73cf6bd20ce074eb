import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { repairSubject } from '../../contracts/streams.ts';
import type { Clock } from './clock.ts';
import { decoder } from './decode.ts';
import type { AnyService } from './define-service.ts';
import { BusUnavailable } from './errors.ts';
import type { Bus, Commit, MessageReader } from './ports.ts';
import { publishedAgain } from './publish-again.ts';

/** What is on record of an event that was published again, beside it and for good. */
const repairSchema = z.object({
  /** Where the event lies that was missing. */
  sequence: z.int(),
  event: z.string(),
  by: z.string(),
  /** When, RFC 3339. */
  at: z.string(),
  /** Random: whoever repaired recognises the record as theirs by it. */
  ticket: z.string(),
});

/** What became of one event. */
export type Repaired = 'published' | 'done-before' | 'gone';

const mostTries = 10;

/** A request event that is to be published again. */
export interface Lost {
  readonly partition: number;
  /** Where it lies in the stream; where it was published again before, the last time. */
  readonly sequence: number;
  readonly id: string;
}

export interface RepairOptions {
  readonly bus: Pick<Bus, 'commits' | 'messages'>;
  readonly service: Pick<AnyService, 'stream' | 'routes'>;
  /** Who repairs, for the record. */
  readonly by: string;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Publishes missing events again, each once: the record of it and the event are one batch, which is
 * stored only while nobody else has done so.
 */
export class Repair {
  readonly #options: RepairOptions;
  readonly #commits: Commit;
  readonly #messages: MessageReader;

  constructor(options: RepairOptions) {
    const { bus, service } = options;
    this.#options = options;
    this.#commits = bus.commits(service.stream);
    this.#messages = bus.messages(service.stream.name);
  }

  /** @throws BusUnavailable, BusRefused */
  async publish({ partition, sequence, id }: Lost): Promise<Repaired> {
    const { service, by, clock } = this.#options;
    const { stream, routes } = service;
    const original = await this.#messages.at(sequence);
    if (!original) return 'gone';
    const subject = repairSubject(stream, partition, sequence);
    const ticket = randomUUID();
    const at = new Date(clock.now()).toISOString();
    const record: z.infer<typeof repairSchema> = { sequence, event: id, by, at, ticket };
    const claim = { subject, headers: {}, body: JSON.stringify(record) };
    const messages = [publishedAgain(stream, original, decoder(stream, routes))];
    for (let tries = 0; tries < mostTries; tries++) {
      const { kind } = await this.#commits.commit({ claim, messages });
      if (kind === 'committed') return 'published';
      // Nobody may know what became of the batch: what is on record does.
      const found = await this.#messages.last(subject);
      if (found) return ticketIn(found.body) === ticket ? 'published' : 'done-before';
    }
    throw new BusUnavailable(`the repair of ${stream.name} ${sequence} was not answered`);
  }
}

const ticketIn = (body: Uint8Array): string | undefined => {
  try {
    return repairSchema.parse(JSON.parse(Buffer.from(body).toString('utf8'))).ticket;
  } catch {
    return undefined;
  }
};
