import { randomUUID } from 'node:crypto';
import { builtInEvents } from '../../contracts/built-in.ts';
import type { EventContract } from '../../contracts/define-event.ts';
import type { Ruling } from '../../contracts/ruling.ts';
import { rulingSubject, type ServiceStream } from '../../contracts/streams.ts';
import { type Clock, sleep } from '../../infra/pipeline/clock.ts';
import { Derived } from '../../infra/pipeline/decode.ts';
import type { InboundMessage } from '../../infra/pipeline/delivery.ts';
import { encodeEvent } from '../../infra/pipeline/encode.ts';
import { BusUnavailable, PermanentError } from '../../infra/pipeline/errors.ts';
import type { Bus, Commit, OutboundMessage } from '../../infra/pipeline/ports.ts';
import { redriven } from '../../infra/pipeline/redrive.ts';
import { restored } from '../../infra/pipeline/restore-event.ts';
import { deadIdOf, deadTypeOf, keyOf, rulingOf } from '../../infra/pipeline/ruled-letter.ts';
import { requestTokenOf } from './request-token.ts';

/** What became of a dead letter that somebody ruled on. */
export type Ruled =
  | { readonly kind: 'ruled'; readonly newId?: string | undefined }
  /** Somebody was faster, or it was done long ago. */
  | { readonly kind: 'ruled-before'; readonly ruling: Ruling }
  /** It cannot be done, and why. */
  | { readonly kind: 'failed'; readonly why: string };

export interface RulerOptions {
  readonly bus: Pick<Bus, 'commits' | 'messages'>;
  readonly stream: ServiceStream;
  readonly contracts: readonly EventContract[];
  readonly clock: Clock;
  readonly by: string;
  /** Why, for the record. */
  readonly note?: string | undefined;
}

/** How often a ruling is tried again whose answer was lost, and after what pause. */
const mostTries = 40;
const pauseMs = 500;

/**
 * Redrives and discards the dead letters of one service.
 *
 * The ruling and what follows from it are one batch that is stored only while nobody else has ruled on
 * the letter: however many operators try at once, one wins.
 */
export class Ruler {
  readonly #options: RulerOptions;
  readonly #commits: Commit;

  constructor(options: RulerOptions) {
    this.#options = options;
    this.#commits = options.bus.commits(options.stream);
  }

  /** @throws BusUnavailable, BusRefused when the stream takes nothing at the moment */
  async rule(action: Ruling['action'], letter: InboundMessage): Promise<Ruled> {
    try {
      const { messages, newId } = await this.#consequences(action, letter);
      return await this.#claim(this.#rulingOn(letter, action, newId), letter, messages);
    } catch (error) {
      if (error instanceof PermanentError || isTooLarge(error)) {
        return { kind: 'failed', why: error instanceof Error ? error.message : String(error) };
      }
      throw error;
    }
  }

  #rulingOn(letter: InboundMessage, action: Ruling['action'], newId: string | undefined): Ruling {
    const { by, note, clock } = this.#options;
    return {
      action,
      letter: letter.sequence,
      event: deadIdOf(letter),
      newId,
      by,
      at: new Date(clock.now()).toISOString(),
      note,
      ticket: randomUUID(),
    };
  }

  /** What is published with the ruling. @throws PermanentError when it cannot be handled again */
  async #consequences(
    action: Ruling['action'],
    letter: InboundMessage,
  ): Promise<{ readonly messages: readonly OutboundMessage[]; readonly newId?: string }> {
    const { bus, stream } = this.#options;
    const { Resume, React } = builtInEvents(stream);
    const parks = letter.header('millrace-dead-on-exhausted') === 'park';
    if (action === 'discarded') return { messages: parks ? [this.#order(Resume, letter)] : [] };
    if (letter.header('millrace-dead-secret') === 'erased') {
      throw new PermanentError('its body could hold a secret and was erased: publish it anew');
    }
    const original = await restored('dead', letter, (name) => bus.messages(name));
    const again = redriven(original, letter, new Derived(original, deadTypeOf(letter)));
    if (parks) return { messages: [this.#order(Resume, letter)], newId: again.id };
    if (original.stream !== stream.name) return { messages: [this.#order(React, letter)] };
    const subject = `${deadTypeOf(letter)}.${requestTokenOf(letter, original, this.#options)}`;
    return { messages: [{ subject, headers: again.headers, body: again.body }], newId: again.id };
  }

  #order(
    event: ReturnType<typeof builtInEvents>['Resume'],
    letter: InboundMessage,
  ): OutboundMessage {
    const key = keyOf(letter);
    if (key === undefined) throw new PermanentError('its key is not known');
    const id = `${letter.stream}.${letter.sequence}.${letter.storedAt}.ruled`;
    return encodeEvent(event({ key, letter: letter.sequence }), {
      id,
      type: event.type,
      source: '/millrace/deadletters',
      time: new Date(this.#options.clock.now()).toISOString(),
      correlationId: id,
      causationId: deadIdOf(letter),
    });
  }

  async #claim(
    ruling: Ruling,
    letter: InboundMessage,
    messages: readonly OutboundMessage[],
  ): Promise<Ruled> {
    const { stream, bus, clock } = this.#options;
    const subject = rulingSubject(stream, partitionOf(letter), letter.sequence);
    const claim = { subject, headers: {}, body: JSON.stringify(ruling) };
    for (let tries = 1; ; tries++) {
      try {
        const { kind } = await this.#commits.commit({ claim, messages });
        if (kind === 'committed') return { kind: 'ruled', newId: ruling.newId };
        // Nobody may know what became of the batch: what is on record does.
        const found = await bus.messages(stream.name).last(subject);
        if (found) return asFound(rulingOf(found), ruling);
      } catch (error) {
        if (!(error instanceof BusUnavailable) || tries >= mostTries) throw error;
      }
      if (tries >= mostTries) throw new BusUnavailable('the ruling was not answered');
      await sleep(clock, pauseMs);
    }
  }
}

const asFound = (there: Ruling, ours: Ruling): Ruled =>
  there.ticket === ours.ticket
    ? { kind: 'ruled', newId: ours.newId }
    : { kind: 'ruled-before', ruling: there };

const partitionOf = ({ subject }: InboundMessage): number => Number(subject.split('.')[2]);

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'lasting' in error && error.lasting === true;
