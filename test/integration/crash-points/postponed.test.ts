import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { retryStreamOf, subjectsOf } from '../../../src/contracts/streams.ts';
import type { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { contentsOf, publish, startOnServer } from '../../support/running-service.ts';
import { soon } from '../../support/soon.ts';
import { openBus } from '../../support/world-on-nats.ts';
import { buildWorker } from './build-worker.ts';
import { numbersInFacts, numbersInStates } from './history.ts';
import { ofPostponing } from './points.ts';
import { Victim } from './victim.ts';
import { contractsOf, serviceOf } from './worker/service.ts';

let server: NatsServer;
let bus: NatsBus;
let services = 0;

vi.setConfig({ maxConcurrency: 4 });

beforeAll(async () => {
  await buildWorker();
  server = await startNatsServer();
  bus = await openBus(server);
}, 120_000);
afterAll(async () => {
  await bus?.[Symbol.asyncDispose]();
  await server?.stop();
});

const sorted = (numbers: Record<string, number[]>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(numbers).map(([key, found]) => [key, found.sort()]));

describe.concurrent('a worker that ends while it postpones an event', () => {
  it.each(ofPostponing)(
    '$name',
    async ({ moment }) => {
      const name = `loose${++services}`;
      const { stream, Write } = contractsOf(name);
      const environment = { ACK_WAIT_MS: '1000', ORDERING: 'none' };
      const write = (n: number) =>
        publish(bus, Write({ key: 'a', n, isPostponed: n === 2 }), `${name}.${n}`);
      await bus.ensure({ streams: [stream], consumers: [] });
      await Promise.all([1, 2, 3].map(write));

      await using victim = new Victim(server.url, name, moment, environment);
      await victim.dies();
      await write(4);

      const service = serviceOf(name, undefined, 'none');
      const successor = { environment: { ACK_WAIT_MS: 1_000 } };
      await using _successor = await startOnServer(service, server, successor);
      await write(5);

      const all = { a: [1, 2, 3, 4, 5] };
      await soon(async () => {
        expect(sorted(await numbersInFacts(bus, stream))).toEqual(all);
        const lags = [...(await bus.lagsOf(stream)), ...(await bus.lagsOf(retryStreamOf(stream)))];
        expect(lags).toHaveLength(2);
        for (const lag of lags) expect(lag).toMatchObject({ pending: 0, unacknowledged: 0 });
      }, 20_000);
      expect(sorted(await numbersInFacts(bus, stream))).toEqual(all);
      expect(sorted(await numbersInStates(bus, stream))).toEqual(all);
      expect(await contentsOf(bus, stream, subjectsOf(stream).deadLetters)).toEqual([]);
    },
    60_000,
  );
});
