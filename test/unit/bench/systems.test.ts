import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { peers } from '../../../bench/peers/peers-comparison.ts';
import { stores } from '../../../bench/stores/stores-comparison.ts';
import { baseOf, type ComparedRow } from '../../../bench/systems/compared.ts';
import { findRows } from '../../../bench/systems/find-rows.ts';
import { latenciesOf } from '../../../bench/systems/latencies.ts';
import { comparedUsage, readComparedOptions } from '../../../bench/systems/options.ts';
import { findPeer } from '../../../bench/systems/peer-packages.ts';
import { resultsOf, sayCompared } from '../../../bench/systems/report.ts';
import { treeCpuMicros } from '../../../bench/systems/tree-cpu.ts';
import { UsageError } from '../../../src/cli/terminal/usage-error.ts';

const sample = (eventsPerSecond: number) => ({
  eventsPerSecond,
  clientCpuMicros: 10,
  serverCpuMicros: null,
  latencyMs: null,
});

const row = (name: string, more: Partial<ComparedRow> = {}): ComparedRow => ({
  name,
  title: `the row ${name}`,
  does: 'something',
  differs: 'nothing',
  events: { usual: 1_000, quick: 100 },
  system: { name: 'broker', find: async () => ({ kind: 'missing', needs: 'a broker' }) },
  program: { kind: 'own', path: 'none.js' },
  settings: {},
  ...more,
});

describe.each([peers, stores])('the comparison $name', (compared) => {
  it('has rows of different names, whose bases and targets are rows', () => {
    const names = compared.rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const one of compared.rows) expect(names).toContain(baseOf(one, compared.rows));
    for (const target of compared.targets) {
      expect(names).toEqual(expect.arrayContaining([target.row, ...target.by]));
    }
  });

  it('reads its command line', () => {
    expect(readComparedOptions([], compared)).toEqual({
      rounds: 5,
      minutes: 60,
      isQuick: false,
      rows: compared.rows,
    });
    expect(readComparedOptions(['--quick'], compared)).toMatchObject({ rounds: 1, isQuick: true });
    expect(readComparedOptions(['--quick'], compared).rows.length).toBeLessThan(
      compared.rows.length,
    );
    expect(readComparedOptions(['--quick', '--rounds', '3'], compared).rounds).toBe(3);
    expect(comparedUsage(compared)).toContain(`npm run bench -- ${compared.name}`);
  });

  it('names what is wrong with its command line', () => {
    for (const args of [
      ['--rows', 'x'],
      ['--rounds', '0'],
      ['--minutes', '0'],
      ['more'],
      ['--events', '1000'],
    ]) {
      expect(() => readComparedOptions(args, compared), args.join(' ')).toThrow(UsageError);
    }
  });
});

describe('rows upon other systems', () => {
  it('are chosen with what they are compared with', () => {
    const { rows } = readComparedOptions(['--rows', 'alone-restate,key-value-64'], stores);
    expect(rows.map(({ name }) => name)).toEqual([
      'millrace',
      'key-value-64',
      'alone-millrace',
      'alone-restate',
    ]);
  });

  it('are left out with a word on what the machine lacks', async () => {
    const { ready, leftOut } = await findRows([row('a')], { natsServer: '', peersFolder: '' });
    expect(ready).toEqual([]);
    expect(leftOut).toEqual([{ name: 'a', why: 'a broker' }]);
  });
});

describe('the packages of a peer', () => {
  it('are left as they are when they are those of its lock file', async () => {
    const peersFolder = mkdtempSync(join(tmpdir(), 'millrace-peers-'));
    const source = mkdtempSync(join(tmpdir(), 'millrace-peer-'));
    const files = { 'package.json': '{"dependencies":{"p":"1.2.3"}}', 'package-lock.json': '{}' };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(source, file), text);
    const folder = join(peersFolder, basename(source));
    mkdirSync(folder);
    writeFileSync(join(folder, '.installed'), files['package-lock.json']);

    const found = await findPeer(source, peersFolder);

    expect(found).toEqual({ kind: 'found', folder, versions: { p: '1.2.3' } });
    await Promise.all([peersFolder, source].map((path) => rm(path, { recursive: true })));
  });
});

describe('what is kept of a comparison', () => {
  const rows = [row('base'), row('other'), row('away')];
  const samples = new Map([
    ['base', [100, 10, 1].map(sample)],
    ['other', [50, 20, 4].map(sample)],
  ]);
  const options = { rounds: 3, minutes: 60, isQuick: true, rows } as const;
  const results = resultsOf({ rows }, options, samples);

  it('has a figure a round, and ratios to the base of the same round', () => {
    expect(results.map(({ name }) => name)).toEqual(['base', 'other']);
    expect(results[1]).toEqual({
      name: 'other',
      title: 'the row other',
      does: 'something',
      differs: 'nothing',
      events: 100,
      base: 'base',
      eventsPerSecond: [50, 20, 4],
      ratios: [0.5, 2, 4],
      clientCpuMicros: [10, 10, 10],
      serverCpuMicros: [null, null, null],
      latencyP50Ms: [null, null, null],
      latencyP99Ms: [null, null, null],
    });
  });

  it('compares with nothing when the base has failed', () => {
    const left = new Map([['other', [sample(5)]]]);
    const alone = resultsOf({ rows }, options, left);
    expect(alone[0]?.ratios).toEqual([]);
    const figures = { versions: {}, rounds: 3, rows: alone, leftOut: [] };
    expect(sayCompared(figures, [])).toMatch(/\| other \| +100 \| +5 \| +5-5 \| +10\.0 \|/);
  });

  it('says which target is met, and what was left out', () => {
    const leftOut = [{ name: 'away', why: 'a broker' }];
    const figures = { versions: { broker: '1.0' }, rounds: 3, rows: results, leftOut };
    const target = (least: number) => ({ row: 'base', by: ['other'], least });
    const text = sayCompared(figures, [target(2), target(2.1)]);
    expect(text).toMatch(/\| other \/ base +\| +2\.00 \| 0\.50-4\.00 \| +2 \| +met \| +- \|/);
    expect(text).toMatch(/\| other \/ base +\| +2\.00 \| 0\.50-4\.00 \| +2\.1 \| not met \|/);
    expect(text).toContain('left out: away: a broker');
    expect(text).toContain('broker 1.0');
  });
});

describe('the CPU time of an event', () => {
  it('is compared within a round, client and server together', () => {
    const rows = [row('cheap'), row('dear')];
    const took = (micros: number) => ({ ...sample(1), serverCpuMicros: micros });
    const samples = new Map([
      ['cheap', [took(10), took(30)]],
      ['dear', [took(50), took(110)]],
    ]);
    const results = resultsOf({ rows }, { rounds: 2, minutes: 60, isQuick: false, rows }, samples);
    const figures = { versions: {}, rounds: 2, rows: results, leftOut: [] };
    const text = sayCompared(figures, [{ row: 'dear', by: ['cheap'], least: 1 }]);
    expect(text).toMatch(/cheap \/ dear .* x 3\.00 \|/);
  });
});

describe('figures of one event after the other', () => {
  it('are the middle and nearly the worst, after a quarter that warms up', () => {
    const times = [...Array(100).fill(1_000), ...Array.from({ length: 300 }, (_, at) => at)];
    expect(latenciesOf(times)).toEqual({ p50: 150, p99: 297 });
    expect(latenciesOf(undefined)).toBeNull();
  });
});

describe('the CPU time of a system', () => {
  it('is that of its processes together, and unknown when one is gone', () => {
    const used = treeCpuMicros([process.pid]);
    expect(used).toBeGreaterThan(0);
    expect(treeCpuMicros([process.pid, -1])).toBeUndefined();
  });
});
