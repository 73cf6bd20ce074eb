import { randomUUID } from 'node:crypto';
import type { Msg, NatsConnection } from 'nats';
import { Bucket } from './bucket.ts';
import { refusal } from './errors.ts';
import { hearForGood } from './hear-for-good.ts';
import type { JsApi } from './js-api.ts';
import { Presence } from './presence.ts';

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
export const membersBucket = 'millrace-members';

/** A name that no other process has, one token of a subject. */
export const memberName = (process: string): string =>
  `${process.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 64)}-${randomUUID().slice(0, 8)}`;

/** A replica says so often that it is there. */
const heartbeatMs = 1_000;
/** Who was not heard for so long is asked for. */
const lateMs = 700;
/** And is believed so long after it was last heard, unless the broker says that it is not connected. */
const believedMs = 3_500;
/** The bucket forgets an entry so long after it was written. */
const forgottenMs = 5_000;
/** A replica remembers so long who was not heard any more: a connection that was cut may have been why. */
const buriedMs = 60_000;

/**
 * The replicas of a service that are alive, as this one sees it.
 *
 * Each writes an entry of its own every second; everybody hears the writes as they happen, and reads
 * the bucket once at the beginning. Nobody has to agree with anybody: who is believed alive decides
 * only who asks for which partition; that two never get the same one at a time is the broker's pin.
 */
export class Members {
  readonly #options: MembersOptions;
  readonly #bucket: Bucket;
  readonly #begin: string;
  readonly #presence: Presence;
  readonly #heard = new Map<string, number>();
  /** Who is not connected any more, and did not leave, and since when. */
  readonly #gone = new Map<string, number>();
  readonly #asked = new Set<string>();
  /** Who was heard leaving while the bucket is read. */
  readonly #left = new Set<string>();
  readonly #watchers = new Set<() => void>();
  #users = 0;
  #joined: Promise<void> | undefined;
  #isIn = false;
  #end = (): void => {};
  #known = '';
  #tickedAt = 0;

  constructor(options: MembersOptions) {
    this.#options = options;
    const { connection, api, service, replicas } = options;
    this.#presence = new Presence(connection, service);
    this.#bucket = new Bucket(connection, api, {
      name: membersBucket,
      storage: 'memory',
      replicas,
      keptForMs: forgottenMs,
    });
    this.#begin = this.#bucket.subject(`${service}.`);
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

  /** True when a replica has ended without a word: nobody has what it had. */
  isGone(name: string): boolean {
    return this.#gone.has(name);
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
    if (this.#options.connection.isClosed()) return;
    // Answered before the purge is asked for, which would overtake it and leave the mark to newcomers.
    await this.#bucket.markDeleted(this.#key(this.self)).catch(() => undefined);
    await this.#bucket.purge(this.#key(this.self)).catch(() => undefined);
  }

  async #join(): Promise<void> {
    const everybody = `${this.#begin}*`;
    const deafen = hearForGood(this.#options.connection, everybody, (message) =>
      this.#hear(message),
    );
    const hide = this.#presence.show(this.self);
    const ignoreReconnects = this.#options.onReconnect(() => this.#trustAll());
    let timer: NodeJS.Timeout | undefined;
    this.#end = () => {
      clearTimeout(timer);
      deafen();
      hide();
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
    this.#left.clear();
    try {
      await this.#bucket.make();
      const keys = await this.#bucket.keys(this.#key('*'));
      const names = keys.map((key) => key.slice(this.#key('').length));
      for (const name of names.filter((other) => !this.#left.has(other))) {
        // It may have ended since: who does not know is asked.
        this.#heard.set(name, performance.now() - lateMs);
      }
    } catch (error) {
      this.#say(error);
    }
  }

  async #announce(): Promise<void> {
    try {
      const written = await this.#bucket.writeOnce(this.#key(this.self), '{}', {}, heartbeatMs);
      if (written?.error) throw refusal(written.error, membersBucket);
      // Written at the next beat: after a leave it must not be written late.
      if (!written) await this.#bucket.make();
    } catch (error) {
      this.#say(error);
    }
  }

  #key(name: string): string {
    return `${this.#options.service}.${name}`;
  }

  #hear(message: Msg): void {
    const name = message.subject.slice(this.#begin.length);
    if (message.headers?.has('KV-Operation')) {
      this.#heard.delete(name);
      if (!this.#isIn) this.#left.add(name);
    } else {
      this.#heard.set(name, performance.now());
      this.#gone.delete(name);
    }
    this.#notice();
  }

  #tick(): void {
    const now = performance.now();
    // Whoever was asleep has heard nobody: that says nothing about the others.
    if (this.#tickedAt > 0 && now - this.#tickedAt > believedMs / 2) this.#trustAll();
    this.#tickedAt = now;
    // Who died long ago must not be trusted again at a new connection.
    for (const [name, heardAt] of this.#heard)
      if (now - heardAt > buriedMs) this.#heard.delete(name);
    for (const [name, since] of this.#gone) if (now - since > buriedMs) this.#gone.delete(name);
    for (const name of this.living()) void this.#askFor(name);
    this.#notice();
  }

  /** Of a process that was killed the broker knows at once what silence would tell in seconds. */
  async #askFor(name: string): Promise<void> {
    const heardAt = this.#heard.get(name);
    if (heardAt === undefined || performance.now() - heardAt < lateMs) return;
    if (name === this.self || this.#asked.has(name)) return;
    this.#asked.add(name);
    const isGone = await this.#presence.isGone(name);
    this.#asked.delete(name);
    if (!isGone || this.#heard.get(name) !== heardAt) return;
    this.#heard.delete(name);
    this.#gone.set(name, performance.now());
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
