import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { charts } from '../../../bench/plots/charts.ts';
import { plot } from '../../../bench/plots/plot.ts';
import { render } from '../../../bench/plots/render.ts';
import { UsageError } from '../../../src/cli/terminal/usage-error.ts';

const machine = {
  processor: 'a processor',
  processors: 2,
  memoryGiB: 8,
  system: 'linux x64',
  node: 'v20',
  natsServer: '2.15.1',
  loadBefore: 0,
};

const flood = (kind: string, processes: number, partitions: number) => ({
  name: `${kind} ${processes}`,
  base: `${kind} 1`,
  flood: { kind, processes, partitions },
  results: [{ eventsPerSecond: 10_000, clientCpuMicros: 20, serverCpuMicros: 10 }],
});

/** Made-up results of every kind that is drawn. */
const results: Readonly<Record<string, object>> = {
  profile: {
    rows: [
      {
        row: 'state',
        layers: [
          ['idle', 50],
          ['pipeline', 4],
          ['zod', 0.1],
        ],
      },
    ],
  },
  peers: { rows: [{ title: 'another one', eventsPerSecond: [12_345, 12_345, 12_345] }] },
  stores: { rows: [{ title: 'a store', eventsPerSecond: [700] }] },
  scaling: { rows: [flood('reaction', 1, 8), flood('state', 1, 8), flood('state', 2, 8)] },
  growth: { rows: [flood('state', 1, 8), flood('state', 1, 8)] },
  latency: {
    curve: [0.5, 0.99],
    rows: [{ way: 'callback', perSecond: 1_000, results: [{ curveMs: [0.4, 2] }] }],
  },
  commits: {
    rows: [
      { replicas: 1, inFlight: 1, results: [{ decisionsPerSecond: 150, p50Ms: 6 }] },
      { replicas: 3, inFlight: 64, results: [{ decisionsPerSecond: 9_000, p50Ms: 7 }] },
    ],
  },
  memory: { runs: [[{ events: 1_000, heapUsed: 2e7, rss: 1e8 }]] },
};

describe('the plots of the benchmark', () => {
  let folder: string;
  const keep = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-plots-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are drawn of every kind of results', () => {
    for (const chart of charts) {
      const svg = render(chart, { machine, ...results[chart.from] });

      expect(svg, chart.name).toMatch(/^<svg [\s\S]*<\/svg>$/);
      expect(svg, chart.name).toContain('nats-server 2.15.1');
    }
  });

  it('show the figures that were measured', () => {
    const peers = charts.find(({ name }) => name === 'peers');

    expect(peers && render(peers, { machine, ...results['peers'] })).toContain('12,345');
  });

  it('lie beside the results, and what was not measured is named', () => {
    keep('peers.json', JSON.stringify({ machine, ...results['peers'] }));

    const said = plot(['--from', folder]);

    expect(said).toContain(join(folder, 'peers.svg'));
    expect(said).toContain(`scaling: no ${join(folder, 'scaling.json')}`);
    expect(readFileSync(join(folder, 'peers.svg'), 'utf8')).toContain('another one');
  });

  it('say which file is no result, and why', () => {
    keep('latency.json', '{');
    expect(() => plot(['--from', folder])).toThrow(/latency.json is no JSON/);

    keep('latency.json', JSON.stringify({ machine, curve: 'steep' }));
    expect(() => plot(['--from', folder])).toThrow(/latency.json is no such result[\s\S]*curve/);
    expect(() => plot(['--of', folder])).toThrow(UsageError);
  });
});
