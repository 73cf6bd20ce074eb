import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SupervisedProcess } from '../../../../src/cli/start/supervised-process.ts';
import { systemClock } from '../../../../src/infra/runtime/system-clock.ts';
import { eventually } from '../../../support/eventually.ts';

let folder = '';
const running: SupervisedProcess[] = [];
const said: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-supervised-'));
  said.length = 0;
});

afterEach(async () => {
  for (const process of running.splice(0)) process.kill();
  await rm(folder, { recursive: true, force: true });
});

const supervise = (script: string): SupervisedProcess => {
  const supervised = new SupervisedProcess({
    name: 'child',
    plan: async () => ({ command: process.execPath, args: ['-e', script], environment: {} }),
    logFile: join(folder, 'child.log'),
    say: (line) => said.push(line),
    clock: systemClock,
  });
  running.push(supervised);
  return supervised;
};

const soon = <T>(check: () => T | Promise<T>): Promise<T> =>
  eventually(check, { advance: (ms) => pause(ms).then(() => undefined) });

const stays = 'console.log("up"); setInterval(() => {}, 1000);';

test('a process that is killed is started again as another one, with a line that says so', async () => {
  const child = supervise(stays);
  await child.start();
  const first = child.pid ?? 0;
  process.kill(first, 'SIGKILL');

  await soon(() => expect([undefined, first]).not.toContain(child.pid));

  expect(said).toEqual([
    `child (process ${first}) was ended by SIGKILL; it is started again in 0.2 s`,
  ]);
});

test('the pauses between deaths grow', async () => {
  const child = supervise('process.exit(3)');
  await child.start();

  await soon(() => expect(said.length).toBeGreaterThanOrEqual(3));

  expect(said.slice(0, 3).map((line) => /ended with code 3.* in (.*) s$/.exec(line)?.[1])).toEqual([
    '0.2',
    '0.4',
    '0.8',
  ]);
  expect(child.deaths).toBeGreaterThanOrEqual(3);
});

test('a process that is asked to stop drains, and is not started again', async () => {
  const child = supervise(
    `process.on('SIGTERM', () => { console.log('drained'); process.exit(0); }); ${stays}`,
  );
  await child.start();
  await soon(async () => expect(await readFile(join(folder, 'child.log'), 'utf8')).toContain('up'));

  await child.stop(5000);

  expect(child.lastWords(1)).toBe('drained');
  expect(child.pid).toBeUndefined();
  expect(said).toEqual([]);
});

test('one that does not stop in time is killed', async () => {
  const child = supervise(`process.on('SIGTERM', () => {}); ${stays}`);
  await child.start();
  await soon(async () => expect(await readFile(join(folder, 'child.log'), 'utf8')).toContain('up'));

  await child.stop(100);

  expect(said).toEqual(['child does not end by itself: killed']);
  expect(child.pid).toBeUndefined();
});

test('a program that is not there counts as a death', async () => {
  const missing = new SupervisedProcess({
    name: 'ghost',
    plan: async () => ({ command: '/no/such/program', args: [], environment: {} }),
    logFile: join(folder, 'ghost.log'),
    say: (line) => said.push(line),
    clock: systemClock,
  });
  running.push(missing);
  await missing.start();

  await soon(() => expect(said[0]).toMatch(/^ghost \(process none\) cannot be started: .*ENOENT/));
});
