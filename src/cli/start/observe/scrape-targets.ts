import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DataFolder } from '../data-folder.ts';

/** A process that counts something. */
export interface ScrapeTarget {
  /** The same over its restarts, though its address is not. */
  readonly name: string;
  readonly url: string;
}

/**
 * The file in which Prometheus finds who is to be asked, and where.
 *
 * A process has another port after each start, so the file is written anew then; Prometheus watches it.
 */
export class ScrapeTargets {
  readonly file: string;
  readonly #list: () => readonly ScrapeTarget[];
  readonly #say: (line: string) => void;
  #writing: Promise<void> = Promise.resolve();
  #isWanted = false;

  constructor(
    { path }: Pick<DataFolder, 'path'>,
    list: () => readonly ScrapeTarget[],
    say: (line: string) => void,
  ) {
    this.file = join(path, 'observe', 'targets.json');
    this.#list = list;
    this.#say = say;
  }

  /** Writes who there is now, from here on whenever that changes. @throws when it cannot */
  write(): Promise<void> {
    this.#isWanted = true;
    this.#writing = this.#writing.catch(() => {}).then(() => this.#writeNow());
    return this.#writing;
  }

  /** Told when an address has changed. */
  readonly change = (): void => {
    if (!this.#isWanted) return;
    this.write().catch((error: unknown) => this.#say(`Prometheus asks old addresses: ${error}`));
  };

  async #writeNow(): Promise<void> {
    const groups = this.#list().map(({ name, url }) => ({
      targets: [new URL(url).host],
      labels: { instance: name.replaceAll(' ', '-') },
    }));
    await mkdir(dirname(this.file), { recursive: true });
    // Moved into place whole: half a file would be no targets at all.
    await writeFile(`${this.file}.new`, `${JSON.stringify(groups, null, 2)}\n`);
    await rename(`${this.file}.new`, this.file);
  }
}
