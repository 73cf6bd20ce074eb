import { type Clock, sleep } from '../../infra/pipeline/clock.ts';
import type { Published } from '../../infra/pipeline/ports.ts';
import type { Progress } from '../terminal/progress.ts';
import { AckTimes } from './ack-times.ts';
import { type Line, readLines } from './byte-lines.ts';
import { InFlight } from './in-flight.ts';
import { KeyLanes } from './key-lanes.ts';
import { Pace } from './pace.ts';
import type { PersistentPublisher } from './persistent-publisher.ts';
import type { Request, RequestReader } from './request-reader.ts';

/** What became of a file. */
export interface ReplaySummary {
  /** Lines read; blank ones do not count. */
  readonly lines: number;
  /** Stored by their stream, and not there before. */
  readonly published: number;
  /** Acknowledged, and there already under the same id. */
  readonly duplicates: number;
  readonly bad: number;
  /** Refused by the stream, or without an answer when the replay was stopped. */
  readonly unpublished: number;
  readonly seconds: number;
  readonly ackTimes: AckTimes;
}

/** What a replay needs. */
export interface ReplayOptions {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly reader: RequestReader;
  readonly publisher: PersistentPublisher;
  readonly progress: Progress;
  readonly clock: Clock;
  /** How many events wait for their acknowledgement, or for their turn, at most. */
  readonly window: number;
  /** At most so many events a second. @default as fast as they are acknowledged */
  readonly rate?: number | undefined;
  /** Stops it: what is under way is waited for a moment, the rest is left. */
  readonly signal: AbortSignal;
  /** Told of every event that a stream has acknowledged. */
  readonly onPublished?: (published: Published) => void;
  /** Keeps an event among those that wait until this resolves. @default until it is acknowledged */
  readonly until?: (id: string) => Promise<void>;
}

/** Longer than any event may be; a line beyond it is not even held in memory. */
const longestLine = 1024 * 1024;

/** How long what is under way may still be answered after a stop. */
const graceMs = 2000;

const showEveryMs = 100;

/** Publishes the request events of a file, in its order for each key, in constant memory. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #lanes = new KeyLanes();
  readonly #inFlight: InFlight;
  readonly #pace: Pace;
  readonly #ackTimes = new AckTimes();
  readonly #counts = { lines: 0, published: 0, duplicates: 0, bad: 0, unpublished: 0 };
  #end = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#inFlight = new InFlight(options.window);
    this.#pace = new Pace(options.clock, options.rate);
  }

  /** Resolves when every event is answered, or when it is stopped. */
  async run(): Promise<ReplaySummary> {
    const startedAt = performance.now();
    const showing = setInterval(() => this.#show(), showEveryMs);
    try {
      await Promise.race([this.#all(), this.#givenUp()]);
    } finally {
      clearInterval(showing);
      this.#show();
    }
    const seconds = (performance.now() - startedAt) / 1000;
    const unpublished = this.#counts.unpublished + this.#inFlight.count;
    return { ...this.#counts, unpublished, seconds, ackTimes: this.#ackTimes };
  }

  async #all(): Promise<void> {
    const { chunks, signal } = this.#options;
    for await (const lines of readLines(chunks, longestLine)) {
      for (const line of lines) {
        if (signal.aborted) break;
        await this.#take(line);
      }
      if (signal.aborted) break;
    }
    await this.#inFlight.none();
  }

  #givenUp(): Promise<void> {
    const { signal, clock, publisher } = this.#options;
    return new Promise((resolve) => {
      const giveUp = (): void => void clock.after(publisher.isConnected() ? graceMs : 0, resolve);
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  async #take(line: Line): Promise<void> {
    this.#end = line.end;
    if (line.problem === undefined && line.text.trim() === '') return;
    this.#counts.lines++;
    const { reader, clock, signal } = this.#options;
    const read = reader.read(line);
    if (read.kind === 'bad') {
      this.#counts.bad++;
      this.#note(line.number, read.reason);
      return;
    }
    const earlyMs = this.#pace.next();
    if (earlyMs > 0) await sleep(clock, earlyMs, signal);
    while (!this.#inFlight.hasRoom()) await this.#inFlight.change();
    this.#inFlight.add(this.#send(read.request, line.number));
  }

  async #send(request: Request, line: number): Promise<void> {
    const { key, names, id } = request;
    await this.#lanes.run(key, names, () => this.#publish(request, line));
    await this.#options.until?.(id);
  }

  async #publish({ message, id }: Request, line: number): Promise<void> {
    const startedAt = performance.now();
    const result = await this.#options.publisher.publish(message, id);
    if (result.kind !== 'published') {
      this.#counts.unpublished++;
      if (result.kind === 'refused') this.#note(line, result.reason);
      return;
    }
    this.#ackTimes.add(performance.now() - startedAt);
    this.#counts[result.published.duplicate ? 'duplicates' : 'published']++;
    this.#options.onPublished?.(result.published);
  }

  #note(line: number, reason: string): void {
    this.#options.progress.note(`line ${line}: ${reason}`);
  }

  #show(): void {
    const events = this.#counts.published + this.#counts.duplicates;
    const waitingFor = this.#options.publisher.waitingFor();
    this.#options.progress.show({ done: this.#end, events, waitingFor });
  }
}
