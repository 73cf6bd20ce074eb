import type { NatsConnection } from 'nats';
import { describe, expect, it } from 'vitest';
import { subjectsOf } from '../../../../src/contracts/streams.ts';
import { consumersOf } from '../../../../src/infra/nats/consumer-settings.ts';
import { JsApi } from '../../../../src/infra/nats/js-api.ts';
import { ensureTopology, streamSettings } from '../../../../src/infra/nats/topology.ts';
import { TopologyConflict } from '../../../../src/infra/pipeline/ports.ts';
import { tallyStream } from '../../../support/tally.ts';

type Json = Record<string, unknown>;

const options = { servers: [], name: 'test', replicas: 1, storage: 'file' as const };
const wanted = streamSettings(tallyStream, options);
const consumer = {
  stream: tallyStream,
  durable: 'tally',
  filter: subjectsOf(tallyStream).requests,
  ordering: 'none' as const,
  recognises: true,
  ackWaitMs: 30_000,
  maxAckPending: 100,
};

/** The API of a server that has one stream and maybe one consumer, with what it adds by itself. */
const serverWith = (stream: Json | undefined, durable?: Json) => {
  const asked: { subject: string; body: Json | undefined }[] = [];
  const missing = (err_code: number) => ({ error: { code: 404, err_code, description: 'no' } });
  const answer = (subject: string, body: Json | undefined): Json => {
    if (subject.startsWith('STREAM.INFO')) return stream ? { config: stream } : missing(10059);
    if (subject.startsWith('CONSUMER.INFO')) return durable ? { config: durable } : missing(10014);
    return { config: body?.['config'] ?? body };
  };
  const connection = {
    request: async (subject: string, body?: string) => {
      const asking = body === undefined ? undefined : JSON.parse(body);
      const name = subject.replace('$JS.API.', '');
      asked.push({ subject: name, body: asking });
      const said = answer(name, asking);
      return { json: () => said };
    },
  };
  // The rest of the client's connection is never looked at.
  const api = new JsApi(connection as unknown as NatsConnection);
  const ensure = (changes: Partial<typeof options> = {}) =>
    ensureTopology(
      api,
      { streams: [tallyStream], consumers: durable ? [consumer] : [] },
      { ...options, ...changes },
    );
  const changed = () => asked.filter(({ subject }) => !subject.includes('.INFO.'));
  return { ensure, changed };
};

/** What a server echoes: what it was sent, and settings of its own, at every depth. */
const echo = (settings: Readonly<Json>): Json => ({
  ...settings,
  max_consumers: -1,
  compression: 'none',
  sealed: false,
  metadata: { ...(settings['metadata'] as Json), '_nats.ver': '2.15.1', '_nats.level': '1' },
});

describe('a stream that is there already', () => {
  it('is left alone when all that was declared is there', async () => {
    const { ensure, changed } = serverWith(echo(wanted));

    await ensure();

    expect(changed()).toEqual([]);
  });

  it('is updated where it differs in a harmless way, keeping what others set', async () => {
    const found = { ...echo(wanted), max_msg_size: 100, description: "somebody's" };
    const { ensure, changed } = serverWith(found);

    await ensure();

    expect(changed()).toHaveLength(1);
    expect(changed()[0]).toMatchObject({
      subject: 'STREAM.UPDATE.TALLY',
      body: { max_msg_size: wanted['max_msg_size'], description: "somebody's" },
    });
  });

  it('takes the subjects that it did not know when it was made', async () => {
    const older = ['tally.*.*', 'fact.tally.>', 'state.tally.>', 'dead.tally.>'];
    const { ensure, changed } = serverWith({ ...echo(wanted), subjects: older });

    await ensure();

    const subjects = [...older, 'parked.tally.>', 'ruling.tally.>', 'repair.tally.>'];
    expect(changed().map(({ body }) => body?.['subjects'])).toEqual([subjects]);
  });

  it('may get more replicas, and never fewer in passing', async () => {
    const three = { ...echo(wanted), num_replicas: 3 };
    const more = serverWith(echo(wanted));
    const fewer = serverWith(three);

    await more.ensure({ replicas: 3 });
    expect(more.changed()[0]?.body).toMatchObject({ num_replicas: 3 });

    await expect(fewer.ensure({ replicas: 1 })).rejects.toThrow(TopologyConflict);
    await expect(fewer.ensure({ replicas: 1 })).rejects.toThrow(/num_replicas is 3, declared 1/);
    expect(fewer.changed()).toEqual([]);
  });

  const destructive: readonly (readonly [string, Json, RegExp])[] = [
    ['storage', { storage: 'memory' }, /storage is "memory", declared "file"/],
    ['retention', { retention: 'workqueue' }, /retention is "workqueue", declared "limits"/],
    [
      'the transform',
      {
        subject_transform: {
          src: 'tally.*.*',
          dest: 'in.tally.{{partition(9,2)}}.{{wildcard(1)}}',
        },
      },
      /subject_transform is .*partition\(9,2\).*, declared .*partition\(4,2\)/,
    ],
    ['no transform', { subject_transform: undefined }, /subject_transform is undefined, declared/],
    [
      'partitions',
      { metadata: { 'millrace.partitions': '9' } },
      /has 9 partitions, declared are 4/,
    ],
  ];

  for (const [what, change, message] of destructive) {
    it(`is refused, both values printed, where it differs in ${what}`, async () => {
      const { ensure, changed } = serverWith({ ...echo(wanted), ...change });

      await expect(ensure()).rejects.toThrow(TopologyConflict);
      await expect(ensure()).rejects.toThrow(message);
      await expect(ensure()).rejects.toThrow(/^stream TALLY/);
      expect(changed()).toEqual([]);
    });
  }

  it('names everything that differs at once', async () => {
    const { ensure } = serverWith({ ...echo(wanted), storage: 'memory', retention: 'interest' });

    await expect(ensure()).rejects.toThrow(/retention.*storage|storage.*retention/);
  });

  it('is refused when the server did not take over what it was sent', async () => {
    const connection = {
      request: async (subject: string) => {
        const config = { ...echo(wanted), max_msg_size: subject.includes('UPDATE') ? 5 : 100 };
        return { json: () => ({ config }) };
      },
    };
    const api = new JsApi(connection as unknown as NatsConnection);

    const refused = ensureTopology(api, { streams: [tallyStream], consumers: [] }, options);

    await expect(refused).rejects.toThrow(/max_msg_size is 5, declared/);
  });
});

describe('a consumer that is there already', () => {
  const settings = consumersOf(consumer).get('tally') ?? {};

  it('is left alone when all that was declared is there', async () => {
    const { ensure, changed } = serverWith(echo(wanted), { ...settings, max_waiting: 512 });

    await ensure();

    expect(changed()).toEqual([]);
  });

  it('takes over another lease', async () => {
    const { ensure, changed } = serverWith(echo(wanted), { ...settings, ack_wait: 1 });

    await ensure();

    expect(changed()[0]).toMatchObject({
      subject: 'CONSUMER.CREATE.TALLY.tally',
      body: { config: { ack_wait: 30_000_000_000 } },
    });
  });

  it('is refused where it would deliver something else', async () => {
    for (const change of [
      { filter_subject: 'fact.tally.>' },
      { deliver_policy: 'new' },
      { ack_policy: 'none' },
    ]) {
      const { ensure, changed } = serverWith(echo(wanted), { ...settings, ...change });
      const [[name, value]] = Object.entries(change) as [[string, string]];

      await expect(ensure()).rejects.toThrow(`${name} is "${value}", declared`);
      expect(changed()).toEqual([]);
    }
  });
});
