import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the runbooks. */
export const runbooksFolder = join(import.meta.dirname, '../../docs/runbooks');

/** A page of the runbooks: its commands that only look, and those that change something. */
export interface Runbook {
  readonly name: string;
  readonly text: string;
  readonly looks: readonly string[];
  readonly acts: readonly string[];
}

/** The lines of all blocks of shell commands in a text. */
export const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line !== ''),
  );

/** Every page but the index. */
export const runbooks: readonly Runbook[] = readdirSync(runbooksFolder)
  .filter((file) => file !== 'README.md')
  .sort()
  .map((file) => {
    const text = readFileSync(join(runbooksFolder, file), 'utf8');
    const [, see = '', act = ''] = text.split(/^## (?:See|Do)$/m);
    return { name: file, text, looks: commandsIn(see), acts: commandsIn(act) };
  });

/** The index of the runbooks. */
export const runbookIndex = readFileSync(join(runbooksFolder, 'README.md'), 'utf8');

/** The commands of the index: what is set and forwarded before looking. */
export const preparations = commandsIn(runbookIndex);
