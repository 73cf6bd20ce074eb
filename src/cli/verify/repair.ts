import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { z } from 'zod';
import { repairSubject } from '../../contracts/streams.ts';
import { decoder } from '../../infra/pipeline/decode.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { BusUnavailable } from '../../infra/pipeline/errors.ts';
import type { Bus, Commit, MessageReader } from '../../infra/pipeline/ports.ts';
import { publishedAgain } from '../../infra/pipeline/publish-again.ts';
import type { Finding } from './stream-report.ts';

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

/**
 * Publishes missing events again, each once: the record of it and the event are one batch, which is
 * stored only while nobody else has done so.
 */
export class Repair {
  readonly #service: AnyService;
  readonly #commits: Commit;
  readonly #messages: MessageReader;
  readonly #now: () => number;

  constructor(bus: Pick<Bus, 'commits' | 'messages'>, service: AnyService, now: () => number) {
    this.#service = service;
    this.#commits = bus.commits(service.stream);
    this.#messages = bus.messages(service.stream.name);
    this.#now = now;
  }

  /** @throws BusUnavailable, BusRefused */
  async publish({ partition, last, id }: Finding): Promise<Repaired> {
    const { stream, routes } = this.#service;
    const original = await this.#messages.at(last);
    if (!original) return 'gone';
    const subject = repairSubject(stream, partition, last);
    const ticket = randomUUID();
    const by = `${userInfo().username}@${hostname()}`;
    const record = {
      sequence: last,
      event: id,
      by,
      at: new Date(this.#now()).toISOString(),
      ticket,
    };
    const claim = { subject, headers: {}, body: JSON.stringify(record) };
    const messages = [publishedAgain(stream, original, decoder(stream, routes))];
    for (let tries = 0; tries < mostTries; tries++) {
      const { kind } = await this.#commits.commit({ claim, messages });
      if (kind === 'committed') return 'published';
      // Nobody may know what became of the batch: what is on record does.
      const found = await this.#messages.last(subject);
      if (found) return ticketIn(found.body) === ticket ? 'published' : 'done-before';
    }
    throw new BusUnavailable(`the repair of ${stream.name} ${last} was not answered`);
  }
}

const ticketIn = (body: Uint8Array): string | undefined => {
  try {
    return repairSchema.parse(JSON.parse(Buffer.from(body).toString('utf8'))).ticket;
  } catch {
    return undefined;
  }
};
