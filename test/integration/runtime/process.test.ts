import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { WorkerProcess } from '../../support/worker-process.ts';

let server: NatsServer;

beforeAll(async () => {
  server = await startNatsServer();
});

afterAll(() => server?.stop());

describe('a worker process', () => {
  it('lists everything that is wrong with its environment in one message, and ends with 1', async () => {
    await using worker = new WorkerProcess('cart', {
      NATS_URL: 'http://localhost',
      LOG_LEVEL: 'loud',
      CONCURRENCY: 'many',
      ACK_WAIT_MS: '5',
      STREAM_STORAGE: 'paper',
      HEALTH_PORT: '70000',
    });

    expect(await worker.ends()).toBe(1);

    const [first, ...rest] = worker.errors.trim().split('\n');
    expect(first).toMatch(/environment/);
    const named = rest.map((line) => line.trim().split(':')[0]).sort();
    expect(named).toEqual([
      'ACK_WAIT_MS',
      'CONCURRENCY',
      'HEALTH_PORT',
      'LOG_LEVEL',
      'NATS_URL',
      'STREAM_STORAGE',
    ]);
    expect(worker.log).toBe('');
  });

  it('says in one line that another service has its port, and ends with 1', async () => {
    const port = await freePort();
    const environment = { NATS_URL: server.url, HEALTH_PORT: String(port) };
    await using first = new WorkerProcess('user', environment);
    await soon(() => first.healthUrl);

    await using second = new WorkerProcess('user', environment);

    expect(await second.ends()).toBe(1);
    expect(second.errors).toMatch(/EADDRINUSE/);
    expect(second.errors.trim().split('\n')).toHaveLength(1);
  });

  it('lives, is not ready and says what it is while it is still waiting for a broker', async () => {
    const port = await freePort();
    await using worker = new WorkerProcess('user', {
      NATS_URL: `nats://127.0.0.1:${await freePort()}`,
      HEALTH_PORT: String(port),
    });
    const page = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return `${response.status} ${await response.text()}`;
    };

    await soon(async () => expect(await page('/livez')).toBe('200 alive\n'));

    expect(await page('/readyz')).toBe('503 not ready: starting\n');
    const metrics = await page('/metrics');
    expect(metrics).toMatch(/^millrace_build_info\{.*version=".+"/m);
    expect(metrics).toMatch(/^millrace_broker_connected\{.*\} 0$/m);
    expect(worker.isRunning).toBe(true);
  });

  it('ends with 0 at once when it is told to stop while it is still waiting for a broker', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const port = await freePort();
      await using worker = new WorkerProcess('user', {
        NATS_URL: `nats://127.0.0.1:${await freePort()}`,
        HEALTH_PORT: String(port),
      });
      await soon(async () => expect((await fetch(`http://127.0.0.1:${port}/livez`)).ok).toBe(true));
      const started = performance.now();

      worker.signal(signal);

      expect(await worker.ends()).toBe(0);
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });

  it('ends with 0 after a clean stop, and says what it did', async () => {
    await using worker = new WorkerProcess('user', { NATS_URL: server.url });
    await soon(() => worker.healthUrl);

    worker.signal('SIGTERM');

    expect(await worker.ends()).toBe(0);
    const said = worker.lines().map(({ msg }) => msg);
    // What it owned, and when, is its own affair.
    expect(said.filter((msg) => msg !== 'owns partitions')).toEqual([
      'running',
      'draining',
      'drained',
    ]);
    expect(worker.errors).toBe('');
  });

  it('ends at once at a second signal', async () => {
    await using own = await startNatsServer();
    await using worker = new WorkerProcess('user', { NATS_URL: own.url });
    await soon(() => worker.healthUrl);

    // A server that says nothing makes the drain wait.
    await own.kill('SIGSTOP');
    worker.signal('SIGTERM');
    await soon(() => expect(worker.log).toContain('draining'));
    worker.signal('SIGTERM');

    expect(await worker.ends()).toBe(130);
  });

  it('ends with 1 when the streams of the broker are not what it declares', async () => {
    await using own = await startNatsServer();
    await using first = new WorkerProcess('user', { NATS_URL: own.url });
    await soon(() => first.healthUrl);

    await using second = new WorkerProcess('user', { NATS_URL: own.url, STREAM_STORAGE: 'memory' });

    expect(await second.ends()).toBe(1);
    expect(second.errors).toContain('stream USER differs');
    expect(second.errors).toContain('storage is "file", declared "memory"');
    expect(second.errors.trim().split('\n')).toHaveLength(1);
  });
});
