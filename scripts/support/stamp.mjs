import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { inRoot, root } from './root.mjs';

/** Every file below a folder; nothing when there is no such folder. */
export const filesBelow = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        return entry.isDirectory() ? filesBelow(path) : [path];
      })
    : [];

/** A text that differs as soon as one of some files does; by size and time of change, not by content. */
export const stampOf = (paths) => {
  const lines = [...paths].sort().map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${relative(root, path)} ${size} ${mtimeMs}`;
  });
  return createHash('sha256').update(lines.join('\n')).digest('hex');
};

/** The SHA-256 of one file's content. */
export const contentHash = (name) =>
  createHash('sha256')
    .update(readFileSync(inRoot(name)))
    .digest('hex');

/** Whether a stamp file holds a text. */
export const isStamped = (file, text) => existsSync(file) && readFileSync(file, 'utf8') === text;
