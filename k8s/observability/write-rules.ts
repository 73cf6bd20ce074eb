import { writeFile } from 'node:fs/promises';
import { rulesFile, rulesText } from './rules-text.ts';

await writeFile(rulesFile, rulesText());
console.log(`written: ${rulesFile}`);
