import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Access, accessOptions } from '../../../../src/infra/nats/access.ts';
import { newNkey } from '../../../../src/infra/nats/nkeys.ts';
import { BusUnavailable } from '../../../../src/infra/pipeline/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-access-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const fileWith = (text: string): string => {
  const file = join(folder, String(files++));
  writeFileSync(file, text);
  return file;
};

const options = (access: Access, servers: readonly string[] = [], troubles: string[] = []) =>
  accessOptions(access, servers, (what) => troubles.push(what));

const refusal = (access: Access): Error => {
  try {
    options(access);
  } catch (error) {
    expect(error).toBeInstanceOf(BusUnavailable);
    return error as Error;
  }
  throw new Error('it was taken');
};

/** The public key by which a connection would prove itself. */
const identity = ({ authenticator }: ReturnType<typeof options>): unknown =>
  typeof authenticator === 'function' ? authenticator('nonce') : undefined;

describe('who a process is', () => {
  it('is proved by the seed in a file, whatever white space is around it', () => {
    const { seed, publicKey } = newNkey();

    const proved = identity(options({ nkeyFile: fileWith(` ${seed}\r\n`) }));

    expect(proved).toMatchObject({
      nkey: publicKey,
      sig: expect.stringMatching(/^[\w+/=-]{80,}$/),
    });
  });

  it('is read again at every connection', () => {
    const [first, second] = [newNkey(), newNkey()];
    const nkeyFile = fileWith(first.seed);
    const access = options({ nkeyFile });
    expect(identity(access)).toMatchObject({ nkey: first.publicKey });

    writeFileSync(nkeyFile, second.seed);

    expect(identity(access)).toMatchObject({ nkey: second.publicKey });
  });

  it('is what it was when the file is damaged later, and says which file it is', () => {
    const { seed, publicKey } = newNkey();
    const nkeyFile = fileWith(seed);
    const troubles: string[] = [];
    const access = options({ nkeyFile }, [], troubles);

    writeFileSync(nkeyFile, 'SUAB');
    expect(identity(access)).toMatchObject({ nkey: publicKey });
    rmSync(nkeyFile);
    expect(identity(access)).toMatchObject({ nkey: publicKey });

    expect(troubles).toEqual([
      expect.stringContaining(`${nkeyFile} holds no seed`),
      expect.stringContaining(`${nkeyFile} cannot be read (ENOENT)`),
    ]);
  });

  it('is what it was while a credentials file is half written, and says which file it is', () => {
    const { seed, publicKey } = newNkey();
    const block = (name: string, text: string) =>
      `-----BEGIN ${name}-----\n${text}\n------END ${name}------\n`;
    const whole = block('NATS USER JWT', 'a.b.c') + block('USER NKEY SEED', seed);
    const credentialsFile = fileWith(whole);
    const troubles: string[] = [];
    const access = options({ credentialsFile }, [], troubles);
    const proved = { nkey: publicKey, jwt: 'a.b.c', sig: expect.any(String) };
    expect(identity(access)).toEqual(proved);

    const cuts = [0, whole.indexOf('a.b.c'), whole.indexOf(seed), whole.indexOf(seed) + 20];
    for (const cut of cuts) {
      writeFileSync(credentialsFile, whole.slice(0, cut));
      expect(identity(access)).toEqual(proved);
    }

    const told = expect.stringMatching(
      /^the credentials file \S+ holds no JWT with the seed of a user;/,
    );
    // The client reads it twice a connection.
    expect([...new Set(troubles)]).toEqual([told]);
    expect(refusal({ credentialsFile }).cause).toBeUndefined();
  });

  it('is refused at the start when the file is not there, or no file', () => {
    expect(refusal({ nkeyFile: '/nowhere/nkey' }).message).toBe(
      'the nkey file /nowhere/nkey cannot be read (ENOENT)',
    );
    expect(refusal({ nkeyFile: folder }).message).toContain('(EISDIR)');
    expect(refusal({ credentialsFile: '/nowhere/creds' }).message).toContain('/nowhere/creds');
  });

  it('is refused for what is no seed of a user, without a word of what it is', () => {
    const { seed, publicKey } = newNkey();
    // One letter wrong: the checksum does not fit.
    const typo = `${seed.slice(0, 20)}${seed[20] === 'A' ? 'B' : 'A'}${seed.slice(21)}`;
    const account = 'SAAPK7DSHHSW4MVSYJFW2ETFVIXLKITKUSBWR5QOUFQBIGQ66RFP7GFKFU';
    for (const text of ['', typo, publicKey, account, `${seed}\n${seed}`, 'hunter2']) {
      const { message, cause } = refusal({ nkeyFile: fileWith(text) });

      expect(message).toMatch(/^the nkey file \S+ holds no seed of a user \(one line, SU…\)$/);
      expect(cause).toBeUndefined();
    }
  });

  it('is one identity, not two', () => {
    const file = fileWith(newNkey().seed);

    expect(refusal({ nkeyFile: file, credentialsFile: file }).message).toContain('give one');
  });
});

describe('whether the connection is encrypted', () => {
  it('is the broker’s choice unless it is asked for', () => {
    expect(options({}, ['nats://broker:4222'])).toEqual({});
  });

  it('is no choice with an address that says so, or with certificates', () => {
    const file = fileWith('certificate');

    expect(options({}, ['nats://a:4222', 'tls://b:4222'])).toEqual({ tls: {} });
    expect(options({ tlsCaFile: file })).toEqual({ tls: { caFile: file } });
    expect(options({ tlsCaFile: file, tlsCertFile: file, tlsKeyFile: file })).toEqual({
      tls: { caFile: file, certFile: file, keyFile: file },
    });
  });

  it('is refused for files that are not there, and for a certificate without its key', () => {
    const file = fileWith('certificate');

    expect(refusal({ tlsCaFile: '/nowhere/ca.crt' }).message).toContain('/nowhere/ca.crt');
    expect(refusal({ tlsCertFile: file }).message).toContain('the key is missing');
    expect(refusal({ tlsKeyFile: file }).message).toContain('the certificate is missing');
    expect(refusal({ tlsCertFile: file, tlsKeyFile: '/nowhere/key' }).message).toBe(
      'the key file /nowhere/key cannot be read (ENOENT)',
    );
  });
});
