import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BackupRefused } from './backup-refused.ts';

const head = z.object({
  config: z.looseObject({ name: z.string().regex(/^[A-Za-z0-9_-]+$/), num_replicas: z.number() }),
  state: z.looseObject({ messages: z.number(), bytes: z.number(), last_seq: z.number() }),
});

const contents = z.object({
  format: z.literal(1),
  /** When it was begun. */
  savedAt: z.string(),
  server: z.string(),
  /** False when workers ran meanwhile: then an acknowledgement may be saved without its effect. */
  atRest: z.boolean(),
  streams: z.array(z.object({ head, bytes: z.number(), sha256: z.string() })),
});

/** What lies in a folder of a backup: the streams in the order in which they were saved. */
export type BackupContents = z.infer<typeof contents>;
export type SavedStream = BackupContents['streams'][number];

const contentsName = 'backup.json';
const partName = (stream: string): string => `${stream}.snapshot`;

/** A folder with a file for each stream, and one that says what they are: written last. */
export class BackupFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder, or takes an empty one. @throws BackupRefused when something lies in it */
  async begin(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const [first] = await readdir(this.path);
    if (first !== undefined) {
      throw new BackupRefused(
        `${this.path} is not empty (${first}): a backup begins in a new folder`,
      );
    }
  }

  /** Keeps a stream, part by part; what was written is on the disk when it resolves. */
  async keep<Head extends SavedStream['head']>(
    stream: string,
    fill: (take: (chunk: Uint8Array) => Promise<void>) => Promise<Head>,
  ): Promise<SavedStream> {
    await using file = await open(join(this.path, partName(stream)), 'wx', 0o600);
    const hash = createHash('sha256');
    let bytes = 0;
    const saved = await fill(async (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
      await file.write(chunk);
    });
    await file.sync();
    return { head: saved, bytes, sha256: hash.digest('hex') };
  }

  /** Says what there is: without this file the folder is no backup. */
  async finish(all: BackupContents): Promise<void> {
    const path = join(this.path, contentsName);
    await writeFile(`${path}.part`, `${JSON.stringify(all, undefined, 2)}\n`, { mode: 0o600 });
    await rename(`${path}.part`, path);
  }

  /** What it holds, every part looked through. @throws BackupRefused */
  async check(): Promise<BackupContents> {
    const all = contents.safeParse(await this.#contents());
    if (!all.success) {
      throw new BackupRefused(`${join(this.path, contentsName)}: ${z.prettifyError(all.error)}`);
    }
    for (const { head: of, sha256 } of all.data.streams) {
      const name = partName(of.config.name);
      const found = await hashOf(join(this.path, name));
      if (found !== sha256) throw new BackupRefused(`${name} is not what was saved (SHA-256)`);
    }
    return all.data;
  }

  chunks(stream: string): AsyncIterable<Uint8Array> {
    return createReadStream(join(this.path, partName(stream)), { highWaterMark: 128 * 1024 });
  }

  async #contents(): Promise<unknown> {
    const path = join(this.path, contentsName);
    try {
      return JSON.parse(await readFile(path, 'utf8'));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new BackupRefused(`${this.path} holds no whole backup: ${why}`, { cause });
    }
  }
}

const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
};
