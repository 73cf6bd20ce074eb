import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from './checker/check.ts';
import { readEventId } from './checker/history.ts';
import { observe } from './checker/observation.ts';
import { readStream } from './world/raw-stream.ts';
import type { World } from './world/world.ts';

/** A step of a run, and when: milliseconds since 1970, as in logs and streams. */
export interface Step {
  readonly at: number;
  readonly text: string;
}

/**
 * Leaves beside the workers' logs what is needed to find out what happened: the steps of the run, and
 * of each key that something is wrong with everything that the stream holds, a line each.
 */
export const writeEvidence = async (
  { admin, subject, load, folder }: World,
  { violations, stalledKey }: Report,
  steps: readonly Step[],
): Promise<void> => {
  const names = new Set([stalledKey, ...violations.map(({ key }) => key)]);
  const lines: string[] = [];
  await readStream(admin, subject.stream, (message) => {
    const seen = observe(message);
    const id = seen.kind === 'fact' ? seen.cause : 'id' in seen ? seen.id : '';
    const name = seen.kind === 'state' ? seen.key : load.history.keys[readEventId(id)?.[0] ?? -1];
    const { subject, sequence, at } = message;
    if (names.has(name)) lines.push(JSON.stringify({ key: name, sequence, at, subject, ...seen }));
  });
  await writeFile(join(folder, 'keys.ndjson'), `${lines.join('\n')}\n`);
  const told = steps.map((step) => JSON.stringify(step));
  await writeFile(join(folder, 'steps.ndjson'), `${told.join('\n')}\n`);
};
