import { Events, type NatsConnection, type Status } from 'nats';
import { expect, it } from 'vitest';
import { ConnectionLife } from '../../../../src/infra/nats/connection-life.ts';
import type { JsApi } from '../../../../src/infra/nats/js-api.ts';
import type { Topology } from '../../../../src/infra/pipeline/ports.ts';
import { tallyStream } from '../../../support/tally.ts';

/** A connection whose fate the test tells. */
const fatefulConnection = () => {
  const told: Status[] = [];
  let wake = () => {};
  async function* status() {
    for (;;) {
      for (let one = told.shift(); one; one = told.shift()) yield one;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  const methods = { status, closed: () => new Promise(() => {}), isClosed: () => false };
  return {
    connection: methods as unknown as NatsConnection,
    tell: (type: Events) => {
      told.push({ type, data: '' });
      wake();
    },
  };
};

it('doubts as soon as a connection is lost or new, and goes on once streams are what they were', async () => {
  const { connection, tell } = fatefulConnection();
  const happened: string[] = [];
  let answer = (_said: unknown) => {};
  const ask = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  const life = new ConnectionLife({
    ...{ connection, api: { ask } as unknown as JsApi, watcher: {}, show: () => {} },
    onNew: () => happened.push('new'),
  });
  const consumers = [{ stream: tallyStream, durable: 'tally' }] as unknown as Topology['consumers'];
  life.partitions.declare({ streams: [tallyStream], consumers });
  life.onDoubt(() => happened.push('doubt'));
  life.onReconnect(() => happened.push('go on'));

  tell(Events.Disconnect);
  await expect.poll(() => happened).toEqual(['doubt']);
  tell(Events.Reconnect);
  await expect.poll(() => happened).toEqual(['doubt', 'new', 'doubt']);

  answer({ config: {} });
  await expect.poll(() => happened).toEqual(['doubt', 'new', 'doubt', 'go on']);
});
