import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newNkey, publicKeyOf } from '../../infra/nats/nkeys.ts';

/** Only whoever made them may read them. */
const fileMode = 0o600;
const folderMode = 0o700;

/** A file of the folder is not what it was made as; never with what is in it. */
class DamagedSecret extends Error {
  override readonly name = 'DamagedSecret';
}

/** The folder that holds the seeds, and everything that follows from them. */
export class SecretsFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async isEmpty(): Promise<boolean> {
    return (await readdir(this.#path).catch(ifMissing([]))).length === 0;
  }

  /** The public keys that the broker takes for a user: of its seed, and of the one before; none without a seed. */
  async keysOf(user: string): Promise<readonly string[]> {
    const seed = await this.#read(seedFile(user));
    if (seed === undefined) return [];
    const key = publicKeyOf(Buffer.from(seed.trim()));
    if (key === undefined) {
      throw new DamagedSecret(`${join(this.#path, seedFile(user))} holds no seed of a user`);
    }
    const before = (await this.#read(beforeFile(user)))?.trim();
    return before ? [key, before] : [key];
  }

  /** Makes a seed for a user who has none. */
  async makeSeed(user: string): Promise<void> {
    await this.#write(seedFile(user), newNkey().seed, 'wx');
  }

  /** Makes another seed; the broker goes on taking the one that is there, until {@link retire}. */
  async rotate(user: string): Promise<void> {
    const [key] = await this.keysOf(user);
    if (key) await this.write(beforeFile(user), key);
    await this.write(seedFile(user), newNkey().seed);
  }

  async retire(user: string): Promise<void> {
    await rm(join(this.#path, beforeFile(user)), { force: true });
  }

  /** The word by which the broker's servers know each other; made when there is none. */
  async routePassword(): Promise<string> {
    const file = 'broker/route-password';
    const there = await this.#read(file);
    if (there?.trim()) return there.trim();
    const made = randomBytes(32).toString('base64url');
    await this.#write(file, made, 'wx');
    return made;
  }

  /** Writes a file whole or not at all, in the place of one that is there. */
  async write(file: string, text: string): Promise<void> {
    const draft = `${file}.new`;
    await this.#write(draft, text, 'w');
    await rename(join(this.#path, draft), join(this.#path, file));
  }

  async #write(file: string, text: string, flag: 'w' | 'wx'): Promise<void> {
    const path = join(this.#path, file);
    await mkdir(dirname(path), { recursive: true, mode: folderMode });
    await writeFile(path, text.endsWith('\n') ? text : `${text}\n`, { mode: fileMode, flag });
  }

  async #read(file: string): Promise<string | undefined> {
    return readFile(join(this.#path, file), 'utf8').catch(ifMissing(undefined));
  }
}

/** Where a user's seed is, below the folder. */
export const seedFile = (user: string): string => `users/${user}/nkey`;
const beforeFile = (user: string): string => `users/${user}/key-before`;

const ifMissing =
  <Instead>(instead: Instead) =>
  (error: NodeJS.ErrnoException): Instead => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
