import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const connectTimeoutMs = 3_000;
const downloadTimeoutMs = 600_000;

/** Resolves when the host of an address takes connections; a machine without access learns it here, fast. */
const reach = (url: URL): Promise<void> =>
  new Promise((resolve, reject) => {
    const port = Number(url.port || (url.protocol === 'http:' ? 80 : 443));
    const socket = connect({ host: url.hostname, port, timeout: connectTimeoutMs });
    const refuse = (reason: string) => {
      socket.destroy();
      reject(new Error(`no connection to ${url.hostname}: ${reason}`));
    };
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => refuse(`no answer within ${connectTimeoutMs} ms`));
    socket.once('error', (error) => refuse(error.message));
  });

const lengthOfSha512 = 128;

/** Writes a download to a file if its SHA-256 or SHA-512 is the one expected; else nothing stays. */
export const download = async (address: string, file: string, checksum: string): Promise<void> => {
  await reach(new URL(address));
  const response = await fetch(address, { signal: AbortSignal.timeout(downloadTimeoutMs) });
  if (!response.ok || response.body === null)
    throw new Error(`${address} answered ${response.status}`);
  const hash = createHash(checksum.length === lengthOfSha512 ? 'sha512' : 'sha256');
  const hashing = new Transform({
    transform: (chunk, _encoding, done) => {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(file));
  const found = hash.digest('hex');
  if (found === checksum) return;
  await rm(file);
  throw new Error(`${address} has the checksum ${found}, not ${checksum}: refused`);
};
