import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ScrapeTarget,
  ScrapeTargets,
} from '../../../../../src/cli/start/observe/scrape-targets.ts';
import { soon } from '../../../../support/soon.ts';

let path = '';
let list: readonly ScrapeTarget[] = [];
const said: string[] = [];

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'millrace-targets-'));
  list = [
    { name: 'cart 1', url: 'http://127.0.0.1:4001' },
    { name: 'gateway', url: 'http://127.0.0.1:4002' },
  ];
  said.length = 0;
});

afterEach(() => rm(path, { recursive: true, force: true }));

const targetsIn = (folder: string) =>
  new ScrapeTargets(
    { path: folder },
    () => list,
    (line) => said.push(line),
  );

const written = async (targets: ScrapeTargets): Promise<unknown> =>
  JSON.parse(await readFile(targets.file, 'utf8'));

test('every process is a target whose name stays when its address changes', async () => {
  const targets = targetsIn(path);
  await targets.write();
  expect(await written(targets)).toEqual([
    { targets: ['127.0.0.1:4001'], labels: { instance: 'cart-1' } },
    { targets: ['127.0.0.1:4002'], labels: { instance: 'gateway' } },
  ]);

  list = [{ name: 'cart 1', url: 'http://127.0.0.1:4009' }];
  targets.change();

  await soon(async () => {
    expect(await written(targets)).toEqual([
      { targets: ['127.0.0.1:4009'], labels: { instance: 'cart-1' } },
    ]);
  });
});

test('before anybody watches nothing is written', async () => {
  const targets = targetsIn(path);

  targets.change();

  await expect(written(targets)).rejects.toThrow('ENOENT');
});

test('a folder that cannot be written to is told of, not silently ignored', async () => {
  const targets = targetsIn(join(path, 'gone'));
  await targets.write();
  await rm(join(path, 'gone'), { recursive: true });
  await targets.write();
  const wrong = targetsIn('/dev/null');

  await expect(wrong.write()).rejects.toThrow(/\/dev\/null/);
  wrong.change();

  await soon(() => expect(said.join()).toMatch(/Prometheus asks old addresses: .*\/dev\/null/));
});
