import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { turnsIn } from '../k8s/autoscaling/simulate.ts';
import { runProgram } from '../support/finished-program.ts';
import { soon } from '../support/soon.ts';
import {
  baseSize,
  buildImage,
  buildImageAgain,
  images,
  makeBases,
  makeNatsImage,
  removeImages,
  sizeOf,
} from './containers/images.ts';
import { podman } from './containers/podman.ts';
import { burstOf } from './shop/burst.ts';
import { replayFlood } from './shop/flood.ts';
import { InstalledShop } from './shop/installed-shop.ts';
import { ShopLoad } from './shop/shop-load.ts';
import { readPrices } from './shop/stored-prices.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
/** Of an owner that is gone the broker would deliver again after so long: nothing may have to wait for that. */
const leaseMs = 30_000;

let digest: string;

beforeAll(async () => {
  await makeBases();
  await makeNatsImage(process.env['NATS_SERVER'] ?? 'nats-server');
  digest = await buildImage(images.millrace);
}, 300_000);

afterAll(() => removeImages());

describe('the image', () => {
  it('is the same when it is built again from the same files, without a network', async () => {
    const again = await buildImageAgain(`${images.millrace}-again`);

    expect(again).toBe(digest);
  }, 300_000);

  it('is small, runs as nobody in particular, and holds no tools to build with', async () => {
    const base = await baseSize();
    const own = (await sizeOf(images.millrace)) - base;
    say(`image: ${(own / 2 ** 20).toFixed(1)} MiB on a base of ${(base / 2 ** 20).toFixed(1)} MiB`);
    expect(own).toBeLessThan(40 * 2 ** 20);
    expect(await podman('image', 'inspect', images.millrace, '--format', '{{.User}}')).toBe(
      '65532:65532',
    );
    const look = `const fs = require('fs');
      const has = (path) => fs.existsSync(path);
      const bill = JSON.parse(fs.readFileSync('/app/sbom.cdx.json', 'utf8'));
      console.log(JSON.stringify({
        tools: ['/bin/sh', '/usr/bin/sh', '/usr/bin/npm', '/app/node_modules/typescript'].filter(has),
        packages: bill.components.map(({ name }) => name),
        owners: ['/app/dist', '/app/node_modules'].map((path) => fs.statSync(path).uid),
      }))`;
    const said = await podman(
      'run',
      '--rm',
      '--pull=never',
      '--network=none',
      images.millrace,
      '-e',
      look,
    );
    const { tools, packages, owners } = JSON.parse(said);
    expect(tools).toEqual([]);
    expect(owners).toEqual([0, 0]);
    expect(packages).toContain('nats');
    expect(packages).not.toContain('typescript');
  });
});

describe('what is rendered, run as containers under load', () => {
  let shop: InstalledShop;
  let load: ShopLoad;

  beforeAll(async () => {
    shop = await InstalledShop.install(say);
    load = new ShopLoad(shop.gateway.url);
    await soon(() => load.prepare(6), 60_000);
    load.begin();
  }, 300_000);

  afterAll(async () => {
    await load?.end();
    await shop?.[Symbol.asyncDispose]();
  });

  /** Does something while events come; nobody who asks the gateway may notice. */
  const underLoad = async (act: () => Promise<void>): Promise<void> => {
    const flood = replayFlood({ events: 4_000, perSecond: 200 }, shop.brokerAs('replay'));
    await act();
    expect(await flood).toMatchObject({ code: 0 });
    expect(load.failures).toEqual([]);
    expect(shop.cluster.ends.filter(({ wasKilled }) => wasKilled)).toEqual([]);
    expect(shop.cluster.restarts()).toBe(0);
  };

  it('scales a service from one to four and down to two', async () => {
    const pods = shop.cluster.of('worker-product');
    await underLoad(async () => {
      await pods.scale(1);
      await pods.scale(4);
      await pods.scale(2);
    });
  }, 300_000);

  it('follows a tenfold burst as the autoscaler decides: up at once, down one by one', async () => {
    const { changes, moments, floods } = await burstOf(shop.cluster, shop.brokerAs('replay'));

    say(changes.map(({ second, from, to }) => `${second} s: ${from} -> ${to}`).join(', '));
    expect(floods).toEqual([0, 0, 0]);
    expect(Math.max(...moments.map(({ wanted }) => wanted))).toBeGreaterThanOrEqual(6);
    expect(turnsIn({ moments, changes }).length).toBeLessThanOrEqual(1);
    const downs = changes.filter(({ from, to }) => to < from);
    expect(downs.length).toBeGreaterThan(0);
    expect(downs.every(({ from, to }) => from - to === 1)).toBe(true);
    expect(load.failures).toEqual([]);
    expect(shop.cluster.ends.filter(({ wasKilled }) => wasKilled)).toEqual([]);
    await shop.cluster.of('worker-cart').scale(2);
  }, 300_000);

  it('rolls out another version of workers and gateway', async () => {
    await underLoad(async () => {
      for (const name of ['worker-product', 'worker-cart', 'worker-user', 'gateway']) {
        await shop.cluster.of(name).roll();
      }
    });
  }, 600_000);

  it('drains a node', async () => {
    await underLoad(() => shop.cluster.drain('node-1'));
    shop.cluster.uncordon('node-1');
  }, 600_000);

  it('restarts the servers of the broker one by one', async () => {
    await underLoad(() => shop.cluster.of('nats').roll());
  }, 600_000);

  it('lost nothing, doubled nothing, put nothing out of order, and let nothing wait for a lease', async () => {
    await load.end();
    const verified = await soon(async () => {
      const { nkeyFile, servers } = shop.brokerAs('verify');
      const environment = { NATS_URL: servers.join(','), NATS_NKEY_FILE: nkeyFile };
      const found = await runProgram('cli/verify/main.js', ['--json'], environment);
      expect(found.code).toBe(0);
      expect(found.output).not.toMatch(/"waiting":[1-9]/);
      return found;
    }, 120_000);
    const { prices, slowestMs, facts } = await readPrices(shop.brokerAs('verify'));

    say(verified.output);
    const took = load.tookMs.toSorted((one, other) => one - other);
    const at = (share: number) => took[Math.floor(took.length * share)]?.toFixed(0);
    say(
      `gateway: ${took.length} requests, none failed; ms: median ${at(0.5)}, 99 % ${at(0.99)}, slowest ${at(0.9999)}`,
    );
    say(
      `facts of prices: ${facts}, the slowest after ${slowestMs} ms; pods ended: ${shop.cluster.ends.length}`,
    );
    for (const [product, last] of load.accepted) {
      expect([product, prices.get(product)]).toEqual([
        product,
        Array.from({ length: last }, (_, index) => index + 1),
      ]);
    }
    expect(slowestMs).toBeLessThan(leaseMs);
    expect(shop.cluster.ends.map(({ exitCode }) => exitCode)).toEqual(
      shop.cluster.ends.map(() => 0),
    );
  }, 300_000);
});
