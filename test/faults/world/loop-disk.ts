import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const run = (command: string, ...args: string[]): void => {
  execFileSync(command, args, { stdio: 'pipe' });
};

/**
 * A small disk of a run's own: an ext4 file system in a file, mounted through a loop device.
 *
 * Needs root. What has been written and not synced is in the machine's memory only, and so not in a
 * copy of the file: that is a power cut.
 */
export class LoopDisk implements Disposable {
  /** Where it is mounted. */
  readonly mountPoint: string;
  readonly #folder: string;
  #image: string;

  constructor(megabytes: number) {
    this.#folder = mkdtempSync(join(tmpdir(), 'millrace-disk-'));
    this.mountPoint = join(this.#folder, 'mounted');
    this.#image = join(this.#folder, 'disk-0');
    mkdirSync(this.mountPoint);
    writeFileSync(this.#image, '');
    truncateSync(this.#image, megabytes * 1024 * 1024);
    try {
      run('mkfs.ext4', '-q', '-m', '0', this.#image);
      this.#mount();
    } catch (error) {
      rmSync(this.#folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What the disk would hold if the power went now; nothing may write while it is taken. */
  snapshot(): string {
    const copy = `${this.#image}-cut`;
    copyFileSync(this.#image, copy);
    return copy;
  }

  /** Goes on with a snapshot, as after a power cut; nothing may have files open there. */
  restore(snapshot: string): void {
    run('umount', this.mountPoint);
    this.#image = snapshot;
    this.#mount();
  }

  [Symbol.dispose](): void {
    run('umount', this.mountPoint);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #mount(): void {
    run('mount', '-o', 'loop', this.#image, this.mountPoint);
  }
}

/** Why there can be no loop disk here; nothing when there can. */
export const noLoopDisk = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'it mounts a disk of its own, which needs root';
  try {
    new LoopDisk(8)[Symbol.dispose]();
    return undefined;
  } catch (error) {
    return `no disk can be mounted here: ${String(error).split('\n')[0]}`;
  }
};
