import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { sampleLines } from './sample-lines.ts';

const file = resolve(import.meta.dirname, '../../../sample/shop.ndjson');
const text = sampleLines();
await mkdir(resolve(file, '..'), { recursive: true });
await writeFile(file, text);
console.log(`sample/shop.ndjson: ${text.split('\n').length - 1} events, ${text.length} characters`);
