import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTokens } from '../../src/gateway/auth/tokens.ts';
import { NatsBus } from '../../src/infra/nats/nats-bus.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import { addProducts, factsByCause } from '../support/cart-load.ts';
import { FrontDoor } from '../support/front-door.ts';
import { freePort, type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { olderBuild, oldestCompatible } from '../support/older-build.ts';
import { soon } from '../support/soon.ts';
import { WorkerProcess } from '../support/worker-process.ts';

const today = resolve(import.meta.dirname, '../../dist');
/** As in the manifests, in short: a pod is told to end, and somewhat later nobody sends it anything more. */
const preStopMs = 1_000;
const unnoticedMs = 500;

let server: NatsServer;
let folder: string;
let keyPem: string;
let door: FrontDoor;

beforeAll(async () => {
  server = await startNatsServer();
  folder = await mkdtemp(join(tmpdir(), 'millrace-rolling-'));
  const { privateKey } = generateKeyPairSync('ed25519');
  keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFile(join(folder, 'key.pem'), keyPem);
  await addProducts(server);
  door = await FrontDoor.open();
});

afterAll(async () => {
  await door?.[Symbol.asyncDispose]();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Pod {
  readonly process: WorkerProcess;
  readonly port: number;
}

const isReady = (process: WorkerProcess) =>
  soon(async () => {
    const { status } = await fetch(`${process.healthUrl}/readyz`);
    if (status !== 200) throw new Error('not ready');
  }, 20_000);

const startCart = async (build: string): Promise<Pod> => {
  const environment = { NATS_URL: server.url, CONCURRENCY: '16', PREFETCH: '32' };
  const process = new WorkerProcess('cart', environment, join(build, 'workers/cart/main.js'));
  await isReady(process);
  return { process, port: 0 };
};

const startGateway = async (build: string): Promise<Pod> => {
  const port = await freePort();
  const environment = {
    NATS_URL: server.url,
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: String(port),
    TOKEN_KEY_FILE: join(folder, 'key.pem'),
    RATE_LIMIT_PER_MINUTE: '1000000',
  };
  const process = new WorkerProcess('gateway', environment, join(build, 'gateway/main.js'));
  await isReady(process);
  door.add(port);
  return { process, port };
};

const endCart = async ({ process }: Pod): Promise<void> => {
  process.signal('SIGTERM');
  expect(await process.ends()).toBe(0);
};

const endGateway = async ({ process, port }: Pod): Promise<void> => {
  await sleep(unnoticedMs);
  door.remove(port);
  await sleep(preStopMs - unnoticedMs);
  process.signal('SIGTERM');
  expect(await process.ends()).toBe(0);
};

/** One after the other: the new one is ready before the old one goes, as with maxSurge 1, maxUnavailable 0. */
const replaceAll = async (
  pods: Pod[],
  start: () => Promise<Pod>,
  end: (pod: Pod) => Promise<void>,
): Promise<void> => {
  for (const old of [...pods]) {
    pods.push(await start());
    pods.splice(pods.indexOf(old), 1);
    await end(old);
  }
};

/** Adds to carts through the front door until told to stop; every answer counts. */
const shopUntil = async (isOver: () => boolean) => {
  const tokens = await createTokens({ keyPem, catalogueUsers: [], clock: systemClock });
  const accepted: string[] = [];
  const failed: string[] = [];
  const shopper = async (number: number): Promise<void> => {
    const userId = `user-${number}`;
    const { token } = await tokens.issue({ userId, username: userId });
    while (!isOver()) {
      const id = randomUUID();
      const answer = await addTea(token, id);
      if (answer === 202) accepted.push(id);
      else failed.push(`${answer}`);
      await sleep(20);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, number) => shopper(number)));
  return { accepted, failed };
};

const addTea = async (token: string, id: string): Promise<number | string> => {
  try {
    const { status } = await fetch(`${door.url}/carts/me/items`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': id,
        // Each request is a connection, so that each may meet another gateway.
        connection: 'close',
      },
      body: JSON.stringify({ productId: 'tea', quantity: 1 }),
    });
    return status;
  } catch (error) {
    return String(error instanceof Error ? (error.cause ?? error) : error);
  }
};

const verify = (): Promise<{ code: number; output: string }> =>
  new Promise((done) => {
    const args = [join(today, 'cli/verify/main.js'), '--url', server.url, '--service', 'cart'];
    execFile(process.execPath, args, (error, output) =>
      done({ code: Number(error?.code ?? 0), output }),
    );
  });

it('is upgraded and taken back under load: no request fails, no event is lost', async (context) => {
  const commit = await oldestCompatible();
  if (commit === undefined) {
    if (process.env['CI']) throw new Error('the history of the repository is not there');
    return context.skip('the history of the repository is not there');
  }
  const older = await olderBuild(commit);
  const carts = [await startCart(older), await startCart(older)];
  const gateways = [await startGateway(older), await startGateway(older)];
  try {
    let isOver = false;
    const shopping = shopUntil(() => isOver);
    for (const build of [today, older]) {
      await replaceAll(carts, () => startCart(build), endCart);
      await replaceAll(gateways, () => startGateway(build), endGateway);
    }
    isOver = true;
    const { accepted, failed } = await shopping;

    expect(failed).toEqual([]);
    expect(accepted.length).toBeGreaterThan(100);
    const broker = { servers: [server.url], name: 'reader', replicas: 1, storage: 'file' } as const;
    await using bus = await NatsBus.connect(broker);
    const facts = await soon(async () => {
      const found = await factsByCause(bus);
      expect(found.size).toBe(accepted.length);
      return found;
    }, 20_000);
    expect([...facts.values()].filter((caused) => caused.length !== 1)).toEqual([]);
    expect(await verify()).toMatchObject({ code: 0 });
  } finally {
    for (const { process } of [...carts, ...gateways]) await process[Symbol.asyncDispose]();
  }
}, 240_000);
