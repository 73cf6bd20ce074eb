import { readFileSync } from 'node:fs';
import { type ConnectionOptions, credsAuthenticator, nkeyAuthenticator } from 'nats';
import { BusUnavailable } from '../pipeline/errors.ts';
import { isUserSeed } from './nkeys.ts';

/**
 * By which files a process proves who it is, and knows the broker again.
 *
 * Each is read again at every connection, so that it can be replaced while the process runs.
 */
export interface Access {
  /** The seed of an nkey (`SU…`), alone in its file. */
  readonly nkeyFile?: string | undefined;
  /** A credentials file, with a JWT and a seed. */
  readonly credentialsFile?: string | undefined;
  /** The certificates of those who may sign the broker's. With it there is no connection without TLS. */
  readonly tlsCaFile?: string | undefined;
  /** The certificate that this process shows, and its key. */
  readonly tlsCertFile?: string | undefined;
  readonly tlsKeyFile?: string | undefined;
}

/**
 * The client's options for an access. All files are read once, so that a wrong path is told at the
 * start; what a file holds is in no message.
 *
 * One that cannot be read at a later connection is told, and what it held before is used again: a
 * client whose authenticator throws gives up for good.
 *
 * @throws BusUnavailable naming the file, and what is wrong with it
 */
export const accessOptions = (
  access: Access,
  servers: readonly string[],
  onTrouble: (what: string) => void,
): Partial<ConnectionOptions> => ({
  ...authenticatorOf(access, onTrouble),
  ...tlsOf(access, servers),
});

const authenticatorOf = (
  { nkeyFile, credentialsFile }: Access,
  onTrouble: (what: string) => void,
): Pick<ConnectionOptions, 'authenticator'> => {
  if (nkeyFile && credentialsFile) {
    throw new BusUnavailable('an nkey file and a credentials file are two identities: give one');
  }
  if (nkeyFile) {
    return { authenticator: nkeyAuthenticator(rereadable(() => readSeed(nkeyFile), onTrouble)) };
  }
  if (!credentialsFile) return {};
  const read = rereadable(() => readCredentials(credentialsFile), onTrouble);
  return { authenticator: credsAuthenticator(read) };
};

const rereadable = (
  read: () => Uint8Array,
  onTrouble: (what: string) => void,
): (() => Uint8Array) => {
  let last = read();
  return () => {
    try {
      last = read();
    } catch (error) {
      onTrouble(`${error instanceof Error ? error.message : String(error)}; what it held is used`);
    }
    return last;
  };
};

const tlsOf = (
  { tlsCaFile, tlsCertFile, tlsKeyFile }: Access,
  servers: readonly string[],
): Pick<ConnectionOptions, 'tls'> => {
  if ((tlsCertFile === undefined) !== (tlsKeyFile === undefined)) {
    const missing = tlsCertFile === undefined ? 'the certificate' : 'the key';
    throw new BusUnavailable(`a certificate and its key belong together: ${missing} is missing`);
  }
  // The client itself takes no notice of how an address begins.
  const isWanted = servers.some((server) => server.startsWith('tls:'));
  if (!isWanted && tlsCaFile === undefined && tlsCertFile === undefined) return {};
  if (tlsCaFile) readFile('file of CA certificates', tlsCaFile);
  if (tlsCertFile) readFile('certificate file', tlsCertFile);
  if (tlsKeyFile) readFile('key file', tlsKeyFile);
  return {
    // By name, so that the client reads them at every connection.
    tls: {
      ...(tlsCaFile && { caFile: tlsCaFile }),
      ...(tlsCertFile && { certFile: tlsCertFile }),
      ...(tlsKeyFile && { keyFile: tlsKeyFile }),
    },
  };
};

/** @throws BusUnavailable */
const readSeed = (file: string): Uint8Array => {
  const seed = Buffer.from(readFile('nkey file', file).toString('utf8').trim());
  if (isUserSeed(seed)) return seed;
  // Never what is in it: it may be a seed with one letter wrong.
  throw new BusUnavailable(`the nkey file ${file} holds no seed of a user (one line, SU…)`);
};

/** @throws BusUnavailable also for one that is half written */
const readCredentials = (file: string): Uint8Array => {
  const credentials = readFile('credentials file', file);
  try {
    // As the client does at each connection, where throwing would end the process.
    credsAuthenticator(credentials)('a nonce');
    return credentials;
  } catch {
    // Without the cause: what is in the file is in no message.
    throw new BusUnavailable(`the credentials file ${file} holds no JWT with the seed of a user`);
  }
};

const readFile = (what: string, file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new BusUnavailable(`the ${what} ${file} cannot be read${why}`, { cause });
  }
};
