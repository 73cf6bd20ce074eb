import { randomUUID } from 'node:crypto';
import { headers, type Msg, type NatsConnection } from 'nats';
import { apiError, refusal } from './errors.ts';
import type { JsApi } from './js-api.ts';

export interface MembersOptions {
  readonly connection: NatsConnection;
  readonly api: JsApi;
  /** Whose replicas these are. */
  readonly service: string;
  /** This replica; letters, digits, `-` and `_`. */
  readonly member: string;
  /** How many servers keep the bucket. */
  readonly replicas: number;
  readonly onTrouble: (what: string) => void;
  readonly onReconnect: (run: () => void) => () => void;
}

/** The key-value bucket in which replicas announce themselves. */
const membersBucket = 'millrace-members';
const stream = `KV_${membersBucket}`;

/** A name that no other process has, one token of a subject. */
export const memberName = (process: string): string =>
  `${process.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 64)}-${randomUUID().slice(0, 8)}`;

/** A replica says so often that it is there. */
const heartbeatMs = 1_000;
/** And is believed so long after it was last heard. */
const believedMs = 3_500;
/** The bucket forgets an entry so long after it was written. */
const forgottenMs = 5_000;

/**
 * The replicas of a service that are alive, as this one sees it.
 *
 * Each writes an entry of its own every second; everybody hears the writes as they happen, and reads
 * the bucket once at the beginning. Nobody has to agree with anybody: who is believed alive decides
 * only who asks for which partition; that two never get the same one at a time is the broker's pin.
 */
export class Members {
  readonly #options: MembersOptions;
  readonly #begin: string;
  readonly #heard = new Map<string, number>();
  readonly #watchers = new Set<() => void>();
  #users = 0;
  #joined: Promise<void> | undefined;
  #isIn = false;
  #end = (): void => {};
  #known = '';
  #tickedAt = 0;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#begin = `$KV.${membersBucket}.${options.service}.`;
  }

  get self(): string {
    return this.#options.member;
  }

  /** This replica and the others that are believed alive, sorted; nobody before it has joined. */
  living(): string[] {
    if (!this.#isIn) return [];
    const since = performance.now() - believedMs;
    const others = [...this.#heard].filter(([, heardAt]) => heardAt > since).map(([name]) => name);
    return [...new Set([this.self, ...others])].sort();
  }

  /** Calls back when somebody has come or gone, until the returned function is called. */
  onChange(run: () => void): () => void {
    this.#watchers.add(run);
    return () => void this.#watchers.delete(run);
  }

  /** Announces this replica; several parts of a process may join, it leaves with the last of them. */
  join(): Promise<void> {
    this.#users++;
    this.#joined ??= this.#join();
    return this.#joined;
  }

  async leave(): Promise<void> {
    if (--this.#users > 0) return;
    this.#isIn = false;
    this.#joined = undefined;
    this.#end();
    const { connection, api } = this.#options;
    if (connection.isClosed()) return;
    const deletion = headers();
    deletion.set('KV-Operation', 'DEL');
    // Answered before the purge is asked for, which would overtake it and leave the marker to newcomers.
    await connection
      .request(this.#begin + this.self, '', { headers: deletion, timeout: 500 })
      .catch(() => undefined);
    const purge = api.ask(`STREAM.PURGE.${stream}`, { filter: this.#begin + this.self });
    await purge.catch(() => undefined);
  }

  async #join(): Promise<void> {
    const everybody = `${this.#begin}*`;
    const subscription = this.#options.connection.subscribe(everybody, {
      callback: (_error, message) => this.#hear(message),
    });
    const ignoreReconnects = this.#options.onReconnect(() => this.#trustAll());
    let timer: NodeJS.Timeout | undefined;
    this.#end = () => {
      clearTimeout(timer);
      subscription.unsubscribe();
      ignoreReconnects();
    };
    const beat = async (): Promise<void> => {
      this.#tick();
      const next = new Promise((resolve) => {
        timer = setTimeout(resolve, heartbeatMs);
      });
      await this.#announce();
      void next.then(() => (this.#users > 0 ? beat() : undefined));
    };
    await this.#readBucket();
    await beat();
    this.#isIn = this.#users > 0;
    this.#notice();
  }

  /** Who is there already: what the bucket still has is at most some seconds old. */
  async #readBucket(): Promise<void> {
    try {
      await this.#ensureBucket();
      const { state } = await this.#options.api.get<{
        state: { subjects?: Record<string, number> };
      }>(`STREAM.INFO.${stream}`, { subjects_filter: `${this.#begin}*` });
      for (const subject of Object.keys(state.subjects ?? {})) {
        this.#heard.set(subject.slice(this.#begin.length), performance.now());
      }
    } catch (error) {
      this.#say(error);
    }
  }

  async #announce(): Promise<void> {
    const { connection } = this.#options;
    try {
      await connection.request(this.#begin + this.self, '{}', { timeout: heartbeatMs });
    } catch (error) {
      this.#say(error);
      // Also when the bucket is gone, with the server that had it in its memory.
      await this.#ensureBucket().catch(() => undefined);
    }
  }

  async #ensureBucket(): Promise<void> {
    const { api, replicas } = this.#options;
    const forgottenNs = forgottenMs * 1_000_000;
    const { error } = await api.ask(`STREAM.CREATE.${stream}`, {
      name: stream,
      subjects: [`$KV.${membersBucket}.>`],
      max_msgs_per_subject: 1,
      max_age: forgottenNs,
      duplicate_window: forgottenNs,
      storage: 'memory',
      num_replicas: replicas,
      discard: 'new',
      allow_rollup_hdrs: true,
      allow_direct: true,
      deny_delete: true,
    });
    // Made by somebody with other settings: those hold.
    if (error && error.err_code !== apiError.streamNameInUse) throw refusal(error, stream);
  }

  #hear(message: Msg): void {
    const name = message.subject.slice(this.#begin.length);
    if (message.headers?.has('KV-Operation')) this.#heard.delete(name);
    else this.#heard.set(name, performance.now());
    this.#notice();
  }

  #tick(): void {
    const now = performance.now();
    // Whoever was asleep has heard nobody: that says nothing about the others.
    if (this.#tickedAt > 0 && now - this.#tickedAt > believedMs / 2) this.#trustAll();
    this.#tickedAt = now;
    this.#notice();
  }

  /** Everybody gets the time to say again that they are there. */
  #trustAll(): void {
    for (const name of this.#heard.keys()) this.#heard.set(name, performance.now());
  }

  #notice(): void {
    const known = this.living().join();
    if (known === this.#known) return;
    this.#known = known;
    for (const run of [...this.#watchers]) run();
  }

  #say(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    this.#options.onTrouble(`members of ${this.#options.service}: ${why}`);
  }
}
