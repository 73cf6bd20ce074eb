import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metricTable, processMetrics } from '../../../src/infra/observability/metric-table.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { RawProducer } from '../../support/raw-producer.ts';
import { soon } from '../../support/soon.ts';
import { WorkerProcess } from '../../support/worker-process.ts';

let server: NatsServer;
let worker: WorkerProcess;
let url: string;

beforeAll(async () => {
  server = await startNatsServer();
  worker = new WorkerProcess('product', { NATS_URL: server.url });
  url = await soon(() => worker.healthUrl);
  await soon(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200));
});

afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await server?.stop();
});

const statusAndText = async (path: string, init?: RequestInit) => {
  const response = await fetch(`${url}${path}`, init);
  return [response.status, await response.text()];
};

const exposition = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();

/** The label sets of each metric, as they are exposed; the parts of a histogram count as one. */
const labelsByMetric = (text: string): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>();
  for (const line of text.split('\n')) {
    const [, name, labels = ''] = /^([a-z_0-9]+)(?:\{(.*)\})? /.exec(line) ?? [];
    if (name === undefined) continue;
    const metric = name in metricTable ? name : name.replace(/_(bucket|sum|count)$/, '');
    const names = [...labels.matchAll(/([a-z_]+)="/g)].map(([, label]) => label ?? '');
    const set = names
      .filter((label) => label !== 'le')
      .sort()
      .join();
    found.set(metric, (found.get(metric) ?? new Set()).add(set));
  }
  return found;
};

describe('the health server of a worker', () => {
  it('says that the process lives and is ready', async () => {
    expect(await statusAndText('/livez')).toEqual([200, 'alive\n']);
    expect(await statusAndText('/readyz')).toEqual([200, 'ready\n']);
    expect(await statusAndText('/readyz?verbose=1')).toEqual([200, 'ready\n']);
  });

  it('knows nothing else, and changes nothing', async () => {
    expect(await statusAndText('/')).toEqual([404, 'try /livez, /readyz or /metrics\n']);
    expect(await statusAndText('/livez/../etc')).toEqual([404, expect.any(String)]);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const response = await fetch(`${url}/readyz`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
    }
    expect((await fetch(`${url}/livez`, { method: 'HEAD' })).status).toBe(200);
  });

  it('shows metrics of the table only, each under the labels that the table says', async () => {
    const producer = await RawProducer.connect(server.url);
    const body = JSON.stringify({ productId: 'tea', name: 'Tea', price: 1 });
    producer.publish('product.add.tea', body);
    producer.publish('product.add.tea', 'no JSON');
    producer.publish('product.nothing.tea', '{}');
    await producer.flush();
    producer.close();

    const text = await soon(async () => {
      const exposed = await exposition();
      expect(exposed).toMatch(/dead_letters_total\{[^}]*type="unknown"[^}]*\} 1/);
      expect(exposed).toMatch(/settled_total\{[^}]*outcome="done"\} 1/);
      return exposed;
    });
    const found = labelsByMetric(text);
    const process: readonly string[] = processMetrics;
    for (const [name, sets] of found) {
      if (process.includes(name)) continue;
      expect(Object.keys(metricTable)).toContain(name);
      const { labels } = metricTable[name as keyof typeof metricTable];
      expect([...sets], name).toEqual([[...labels].sort().join()]);
    }
    for (const name of process) expect(text).toContain(`# TYPE ${name} `);
    expect(text).toMatch(
      /^millrace_events_received_total\{service="product",stream="PRODUCT"\} 3$/m,
    );
    expect(text).toMatch(/^millrace_worker_ready\{service="product"\} 1$/m);
    expect(text).toMatch(/^millrace_broker_connected\{service="product"\} 1$/m);
    expect(text).toMatch(/^millrace_events_in_flight\{service="product"\} 0$/m);
    expect(text).toMatch(
      /^millrace_build_info\{service="product",version="[^"]+",node="v\d+[^"]+"\} 1$/m,
    );
  });

  it.skipIf(!process.env['PROMTOOL'] && !process.env['CI'])(
    'shows metrics to which promtool has no objection (skipped without PROMTOOL)',
    async () => {
      const promtool = process.env['PROMTOOL'] ?? 'promtool';

      // It writes what it objects to, and fails.
      execFileSync(promtool, ['check', 'metrics'], { input: await exposition(), stdio: 'pipe' });
    },
  );

  it('says why it is not ready while the broker is away, and lives on', async () => {
    await server.kill('SIGKILL');

    await soon(async () => {
      const [status, text] = await statusAndText('/readyz');
      expect(status).toBe(503);
      expect(text).toMatch(/^not ready: not connected to the broker/);
    });
    expect(await statusAndText('/livez')).toEqual([200, 'alive\n']);
    const away = await exposition();
    expect(away).toMatch(/^millrace_worker_ready\{service="product"\} 0$/m);
    expect(away).toMatch(/^millrace_broker_connected\{service="product"\} 0$/m);

    await server.start();
    await soon(async () => expect(await statusAndText('/readyz')).toEqual([200, 'ready\n']));
    expect(await exposition()).toMatch(
      /^millrace_broker_reconnects_total\{service="product"\} 1$/m,
    );
  });

  it('says that it is not ready while it drains', async () => {
    // A server that says nothing makes the drain wait.
    await server.kill('SIGSTOP');

    worker.signal('SIGTERM');

    await soon(async () => {
      const [status, text] = await statusAndText('/readyz');
      expect(status).toBe(503);
      expect(text).toMatch(/^not ready: draining/);
    });
    expect(await statusAndText('/livez')).toEqual([200, 'alive\n']);
    await server.kill('SIGCONT');
    expect(await worker.ends()).toBe(0);
  });
});
