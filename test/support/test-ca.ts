import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate and its key, as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Somebody who signs certificates, for the time of a test. */
export class TestCa implements AsyncDisposable {
  /** The certificate by which those that it signs are recognised. */
  readonly file: string;
  readonly #folder: string;
  readonly #key: string;
  #signed = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.file = join(folder, 'ca.crt');
    this.#key = join(folder, 'ca.key');
  }

  static async create(): Promise<TestCa> {
    const ca = new TestCa(await mkdtemp(join(tmpdir(), 'millrace-ca-')));
    await openssl('req', '-x509', ...newKey, '-subj', '/CN=test CA', '-days', '2', [
      ...['-keyout', ca.#key, '-out', ca.file],
    ]);
    return ca;
  }

  /** Signs a certificate for these names, as openssl writes them. */
  async sign(names = ['IP:127.0.0.1', 'DNS:localhost']): Promise<Certificate> {
    const begin = join(this.#folder, String(++this.#signed));
    const { cert, key } = { cert: `${begin}.crt`, key: `${begin}.key` };
    const request = `${begin}.csr`;
    const extensions = `${begin}.ext`;
    await writeFile(extensions, `subjectAltName=${names.join()}\n`);
    await openssl('req', ...newKey, '-subj', '/CN=test', ['-keyout', key, '-out', request]);
    await openssl('x509', '-req', '-in', request, '-days', '2', '-extfile', extensions, [
      ...['-CA', this.file, '-CAkey', this.#key, '-CAcreateserial', '-out', cert],
    ]);
    return { cert, key };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

const openssl = async (...args: readonly (string | readonly string[])[]): Promise<void> => {
  await run('openssl', args.flat());
};
