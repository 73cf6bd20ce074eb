import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What a package brings for compilers, debuggers and readers: no program loads it. Licences stay. */
const unused = /\.(ts|mts|cts|map|flow|md|markdown)$/i;

const folder = process.argv[2];
if (!folder) throw new Error('usage: node slim.mjs NODE_MODULES');
let removed = 0;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !unused.test(entry.name) || /licen[cs]e|notice/i.test(entry.name))
    continue;
  rmSync(join(entry.parentPath, entry.name));
  removed++;
}
console.log(`${folder}: removed ${removed} files that no program loads`);
