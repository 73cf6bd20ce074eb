import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { UsageError } from '../terminal/usage-error.ts';

/** Where lines come from. */
export interface Input {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** In bytes, when that is known. */
  readonly size: number | undefined;
  /** Stands for this content at this place. */
  readonly fingerprint: string;
}

/** Opens a file, or standard input for `-`. @throws UsageError when it cannot be read */
export const openInput = async (file: string): Promise<Input> => {
  if (file === '-') return { chunks: process.stdin, size: undefined, fingerprint: 'stdin' };
  try {
    const handle = await open(file, 'r');
    const stats = await handle.stat();
    await handle.close();
    if (stats.isDirectory()) throw new UsageError(`${file} is a folder, not a file`);
    const size = stats.isFile() ? stats.size : undefined;
    const text = `${await realpath(file)}\n${stats.size}`;
    const fingerprint = createHash('sha256').update(text).digest('hex').slice(0, 16);
    return { chunks: createReadStream(file), size, fingerprint };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot read ${file}: ${why(error)}`);
  }
};

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  ENOTDIR: 'there is no such file',
  ELOOP: 'its links lead in a circle',
};

const why = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
};
