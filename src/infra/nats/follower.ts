import type { Msg, NatsConnection } from 'nats';
import type { Follower, Following } from '../pipeline/ports.ts';
import { inboundOf, readReply } from './inbound.ts';
import type { JsApi } from './js-api.ts';
import { followerName } from './list-consumers.ts';
import { PullLoop } from './pull-loop.ts';

export interface FollowerOptions {
  readonly connection: NatsConnection;
  readonly inboxPrefix: string;
  readonly api: JsApi;
  readonly following: Following;
  readonly onTrouble: (what: string) => void;
  readonly onReconnect: (run: () => void) => () => void;
}

interface StreamInfo {
  readonly state: { readonly last_seq: number };
}

/** The broker forgets a follower's consumer so long after it was last asked. */
const forgetAfterMs = 30_000;
const retryMs = 500;
const pullMs = 2_000;
/** Asked for at a time. */
const batch = 1_000;

interface ConsumerInfo {
  readonly name: string;
  readonly num_pending: number;
  readonly delivered: { readonly consumer_seq: number };
}

/**
 * Follows a stream in its order through a consumer of its own that acknowledges nothing.
 *
 * When a message is missing or the consumer is gone, a new consumer goes on behind the last message
 * taken: none is taken twice, none is left out.
 *
 * One exception: nats-server (2.15.1, `getNextMsg` in server/consumer.go) drops a message of a
 * `last_per_subject` consumer for good when the pull it was meant for has just expired. So the first
 * filling is counted, and one that comes out short is done again from the beginning: what is taken
 * twice then is the last message of its subject both times.
 */
export class NatsFollower implements Follower {
  readonly caughtUp: Promise<void>;
  readonly #options: FollowerOptions;
  #markCaughtUp: () => void = () => {};
  #loop: PullLoop | undefined;
  #ignoreReconnects: (() => void) | undefined;
  #lastSequence = 0;
  #nextDelivery = 1;
  /** How many messages the first filling must bring; nothing once it has. */
  #expected: number | undefined;
  /** How often in a row the broker had nothing more, although more was promised. */
  #idles = 0;
  #generation = 0;
  #isPinned = false;
  #beganAt = Number.NEGATIVE_INFINITY;
  #isStopped = false;
  #hasCaughtUp = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.caughtUp = new Promise((resolve) => {
      this.#markCaughtUp = () => {
        this.#hasCaughtUp = true;
        resolve();
      };
    });
  }

  /** Begins; a broker in trouble is asked again until it answers. */
  start(): this {
    void this.#begin();
    return this;
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#ignoreReconnects?.();
    this.#loop?.abandon();
    return Promise.resolve();
  }

  async #begin(): Promise<void> {
    const generation = ++this.#generation;
    this.#ignoreReconnects?.();
    this.#loop?.abandon();
    // A consumer that can be made but not pulled from must not be made again at once.
    const beganAgo = performance.now() - this.#beganAt;
    this.#beganAt = performance.now();
    if (beganAgo < retryMs) await new Promise((resolve) => setTimeout(resolve, retryMs));
    const { connection } = this.#options;
    // A closed connection never opens again: nobody is left who could stop this.
    while (!this.#isStopped && !connection.isClosed() && generation === this.#generation) {
      try {
        const isFilling = this.#options.following.from === 'last' && this.#lastSequence === 0;
        const created = await this.#create();
        // Where there is nothing, nothing can come out short.
        this.#expected = isFilling ? created.num_pending || undefined : undefined;
        if (created.num_pending === 0) this.#markCaughtUp();
        this.#follow(created.name, generation);
        return;
      } catch (error) {
        this.#options.onTrouble(`follow ${this.#options.following.stream.name}: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    }
  }

  async #create(): Promise<ConsumerInfo> {
    const { api, following } = this.#options;
    const [filter] = following.filters;
    if (following.from === 'new' || this.#lastSequence > 0) {
      const { state } = await api.get<StreamInfo>(`STREAM.INFO.${following.stream.name}`);
      // Pinned down, so that what comes before a first message is taken is not missed after a fault.
      if (following.from === 'new' && !this.#isPinned) this.#lastSequence = state.last_seq;
      this.#isPinned = true;
      // A stream that has lost its last messages, or is another one: from its beginning.
      if (state.last_seq < this.#lastSequence) this.#lastSequence = 0;
    }
    return api.get<ConsumerInfo>(`CONSUMER.CREATE.${following.stream.name}`, {
      stream_name: following.stream.name,
      action: '',
      config: {
        name: followerName(),
        ...startOf(following.from, this.#lastSequence),
        ...(following.filters.length === 1
          ? { filter_subject: filter }
          : { filter_subjects: following.filters }),
        ack_policy: 'none',
        replay_policy: 'instant',
        inactive_threshold: forgetAfterMs * 1_000_000,
        mem_storage: true,
        num_replicas: 1,
      },
    });
  }

  #follow(consumer: string, generation: number): void {
    const { connection, inboxPrefix, following, onReconnect, onTrouble } = this.#options;
    if (this.#isStopped) return;
    this.#nextDelivery = 1;
    this.#idles = 0;
    const loop = new PullLoop({
      connection,
      inboxPrefix,
      stream: following.stream.name,
      consumer,
      room: () => batch,
      firstExpiresMs: pullMs,
      expiresMs: pullMs,
      onIdle: () => void this.#countFilling(consumer, generation),
      onMessage: (message) => {
        if (generation === this.#generation) this.#receive(message);
      },
      onTrouble: (status) => {
        onTrouble(`follow ${following.stream.name}: ${status}`);
        if (generation === this.#generation) void this.#begin();
      },
    });
    this.#loop = loop;
    this.#ignoreReconnects = onReconnect(() => void this.#begin());
    loop.start();
  }

  #receive(message: Msg): void {
    const info = readReply(message.reply ?? '');
    if (info.consumerSequence !== this.#nextDelivery) {
      // Something got lost on the way: go on behind what was taken.
      void this.#begin();
      return;
    }
    this.#nextDelivery++;
    this.#lastSequence = info.streamSequence;
    this.#options.following.take(inboundOf(message, info));
    this.#idles = 0;
    if (info.consumerSequence < (this.#expected ?? 0)) return;
    this.#expected = undefined;
    if (info.pending === 0) this.#markCaughtUp();
  }

  /**
   * A filling that has stopped short of what was promised begins again. Of anything else that may be:
   * what was to come has been removed since, and whoever waits for it would wait for ever.
   */
  async #countFilling(consumer: string, generation: number): Promise<void> {
    if (this.#hasCaughtUp && this.#expected === undefined) return;
    const { api, following, onTrouble } = this.#options;
    try {
      const path = `CONSUMER.INFO.${following.stream.name}.${consumer}`;
      const { num_pending, delivered } = await api.get<ConsumerInfo>(path);
      const received = this.#nextDelivery - 1;
      const isDone = num_pending === 0 || ++this.#idles > 2;
      const hasStopped = isDone && delivered.consumer_seq === received;
      if (generation !== this.#generation || !hasStopped) return;
      if (this.#expected === undefined) {
        if (num_pending === 0) this.#markCaughtUp();
        return;
      }
      onTrouble(`follow ${following.stream.name}: ${received} of ${this.#expected} came`);
      this.#lastSequence = 0;
      void this.#begin();
    } catch (error) {
      onTrouble(`follow ${following.stream.name}: ${String(error)}`);
    }
  }
}

const startOf = (from: Following['from'], lastSequence: number) => {
  if (lastSequence > 0) {
    return { deliver_policy: 'by_start_sequence', opt_start_seq: lastSequence + 1 };
  }
  if (from === 'last') return { deliver_policy: 'last_per_subject' };
  // An empty stream, or from a sequence on.
  const first = typeof from === 'number' ? Math.max(1, from) : 1;
  return { deliver_policy: 'by_start_sequence', opt_start_seq: first };
};
