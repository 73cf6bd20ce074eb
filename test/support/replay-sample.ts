import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface SamplePart {
  /** The broker. */
  readonly url: string;
  /** Lines of the sample. */
  readonly from: number;
  readonly to: number;
}

/** Publishes lines of the sample with the compiled replay tool, which leaves out the bad ones. @throws when it cannot */
export const replaySample = async ({ url, from, to }: SamplePart): Promise<void> => {
  const lines = (await readFile(join(root, 'sample/shop.ndjson'), 'utf8')).split('\n');
  const file = join(tmpdir(), `millrace-${process.pid}-${from}.ndjson`);
  await writeFile(file, `${lines.slice(from, to).join('\n')}\n`);
  const args = [join(root, 'dist/cli/replay/main.js'), '--url', url, file];
  const said = await new Promise<string>((done) => {
    execFile(process.execPath, args, (_error, _output, errors) => done(errors));
  });
  await rm(file, { force: true });
  if (/cannot|no nats/i.test(said)) throw new Error(said);
};
