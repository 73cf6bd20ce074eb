import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const beatEveryMs = 1_000;
const pollEveryMs = 200;
const pollsWithoutBeat = 50;

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

/** Turns one file-system answer that is no failure here into a value. */
const unless = async (code: string, work: Promise<unknown>): Promise<boolean> => {
  try {
    await work;
    return true;
  } catch (error) {
    if (codeOf(error) === code) return false;
    throw error;
  }
};

const isProcessGone = (beat: string): boolean => {
  const [host, pid] = beat.split(' ');
  if (host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
};

/** What the holder last wrote; nothing when it has not yet, or has just let go. */
const lastBeat = async (folder: string): Promise<string> => {
  try {
    return await readFile(join(folder, 'beat'), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
};

const isAbandoned = async (folder: string, beats: string[]): Promise<boolean> => {
  const beat = await lastBeat(folder);
  beats.push(beat);
  if (beat !== '' && isProcessGone(beat)) return true;
  const recent = beats.slice(-pollsWithoutBeat);
  return recent.length === pollsWithoutBeat && recent.every((each) => each === beat);
};

/**
 * Lets one process at a time fetch into a cache folder. It saves double work only: what keeps
 * the cache whole is that programs are moved in with a rename.
 */
export class CacheLock implements AsyncDisposable {
  /** The folder that is the lock; what is put into it is gone when the lock is. */
  readonly folder: string;
  readonly #holder = `${hostname()} ${process.pid}`;
  #beats = 0;
  #timer: NodeJS.Timeout | undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Waits until no other process holds the lock, or its holder has died, and takes it. */
  static async acquire(cacheFolder: string, log: (line: string) => void): Promise<CacheLock> {
    const folder = join(cacheFolder, 'lock');
    await mkdir(cacheFolder, { recursive: true });
    const beats: string[] = [];
    while (!(await unless('EEXIST', mkdir(folder)))) {
      if (beats.length === 0) log('another process is fetching: waiting for it');
      if (await isAbandoned(folder, beats)) await CacheLock.#remove(folder);
      else await sleep(pollEveryMs);
    }
    const lock = new CacheLock(folder);
    await lock.#start();
    return lock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    if (await this.#isOurs()) await CacheLock.#remove(this.folder);
  }

  async #start(): Promise<void> {
    await this.#beat();
    this.#timer = setInterval(() => void this.#beatIfOurs(), beatEveryMs).unref();
  }

  async #beatIfOurs(): Promise<void> {
    if (await this.#isOurs()) await this.#beat();
    else clearInterval(this.#timer);
  }

  async #beat(): Promise<void> {
    this.#beats += 1;
    await writeFile(join(this.folder, 'beat'), `${this.#holder} ${this.#beats}`);
  }

  /** False once this process stood still for so long that another took the lock over. */
  async #isOurs(): Promise<boolean> {
    return (await lastBeat(this.folder)).startsWith(`${this.#holder} `);
  }

  static async #remove(folder: string): Promise<void> {
    const aside = `${folder}-${randomUUID()}`;
    if (await unless('ENOENT', rename(folder, aside)))
      await rm(aside, { recursive: true, force: true });
  }
}
