import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cartStream } from '../../../src/contracts/cart/stream.ts';
import { NatsBus } from '../../../src/infra/nats/nats-bus.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';
import { soon } from '../../support/soon.ts';
import { type Certificate, TestCa } from '../../support/test-ca.ts';

let ca: TestCa;
let other: TestCa;
let server: NatsServer;
let own: Certificate;

const tls = ({ cert, key }: Certificate, more = '') =>
  `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${ca.file}", timeout: 2 ${more} }`;

beforeAll(async () => {
  ca = await TestCa.create();
  other = await TestCa.create();
  own = await ca.sign();
  server = await startNatsServer({ extraConfig: tls(await ca.sign(), ', verify: true') });
});

afterAll(async () => {
  await server?.stop();
  await ca?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
});

interface Files {
  readonly tlsCaFile?: string;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
}

const connectWith = (files: Files, url = server.url, troubles: string[] = []) =>
  NatsBus.connect(
    {
      servers: [url],
      name: 'test',
      replicas: 1,
      storage: 'memory',
      firstConnectionMs: 300,
      ...files,
    },
    { onTrouble: (what) => troubles.push(what) },
  );

const all = () => ({ tlsCaFile: ca.file, tlsCertFile: own.cert, tlsKeyFile: own.key });

describe('a broker with TLS', () => {
  it('is talked to by whoever shows a certificate that it trusts', async () => {
    await using bus = await connectWith(all());

    await bus.ensure({ streams: [cartStream], consumers: [] });
  });

  it('is not believed when somebody else has signed it', async () => {
    await expect(connectWith({ ...all(), tlsCaFile: other.file })).rejects.toThrow(/certificate/i);
    await expect(connectWith({ tlsCertFile: own.cert, tlsKeyFile: own.key })).rejects.toThrow(
      /certificate/i,
    );
  });

  it('refuses whoever shows none, or one of somebody else', async () => {
    const foreign = await other.sign();

    await expect(connectWith({ tlsCaFile: ca.file })).rejects.toThrow(/no nats-server/);
    await expect(
      connectWith({ tlsCaFile: ca.file, tlsCertFile: foreign.cert, tlsKeyFile: foreign.key }),
    ).rejects.toThrow(/no nats-server/);
  });

  it('is found again with another certificate, of one whom its file names by then', async () => {
    const file = join(ca.file, '../trusted.crt');
    await copyFile(ca.file, file);
    await using bus = await connectWith({ ...all(), tlsCaFile: file });
    const next = await other.sign();

    await server.kill('SIGKILL');
    await copyFile(other.file, file);
    await server.configure({
      extraConfig: `tls { cert_file: "${next.cert}", key_file: "${next.key}", ca_file: "${ca.file}", verify: true }`,
    });
    await server.start();

    await soon(() => expect(bus.isConnected()).toBe(true));
    await bus.ensure({ streams: [cartStream], consumers: [] });
  });
});

describe('a process that wants TLS', () => {
  it('does not talk to a broker without', async () => {
    await using plain = await startNatsServer();

    await expect(connectWith({ tlsCaFile: ca.file }, plain.url)).rejects.toThrow(/no nats-server/);
    await expect(connectWith({}, plain.url.replace('nats:', 'tls:'))).rejects.toThrow(
      /no nats-server/,
    );
  });
});
