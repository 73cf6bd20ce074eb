import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../terminal/usage-error.ts';
import { commandOf } from './command-of.ts';

/** Where everything lies that a start leaves behind. */
export interface DataFolder {
  readonly path: string;
  readonly jetStream: string;
  readonly logs: string;
  readonly tokenKey: string;
  readonly serverConfig: string;
  readonly serverPid: string;
}

/** Makes the folder what a start needs. @throws UsageError when it cannot be used */
export const openDataFolder = async (path: string): Promise<DataFolder> => {
  const folder = {
    path,
    jetStream: join(path, 'jetstream'),
    logs: join(path, 'logs'),
    tokenKey: join(path, 'token-key.pem'),
    serverConfig: join(path, 'nats-server.conf'),
    serverPid: join(path, 'nats-server.pid'),
  };
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    await mkdir(folder.logs, { recursive: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the data folder ${path} cannot be used: ${why}`);
  }
  return folder;
};

/** Makes the key with which the gateway signs tokens, unless there is one. */
export const ensureTokenKey = async (file: string): Promise<void> => {
  if (await exists(file)) return;
  const { privateKey } = generateKeyPairSync('ed25519');
  const unfinished = `${file}.new`;
  await writeFile(unfinished, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await chmod(unfinished, 0o600);
  await rename(unfinished, file);
};

/** Holds the folder for this process. @throws UsageError when another start holds it */
export const lockFolder = async ({ path }: DataFolder): Promise<AsyncDisposable> => {
  const file = join(path, 'start.pid');
  for (;;) {
    try {
      await writeFile(file, `${process.pid}\n`, { flag: 'wx' });
      return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const holder = await pidIn(file);
    if (holder !== undefined && isStart(await commandOf(holder))) {
      throw new UsageError(
        `the data folder ${path} is in use by process ${holder}: stop that one, or use --data OTHER`,
      );
    }
    await rm(file, { force: true });
  }
};

/** The process id that a file names. */
export const pidIn = async (file: string): Promise<number | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
};

/** The same number may be another program's by now. */
const isStart = (command: string | undefined): boolean =>
  /start(\/main\.js|\.mjs)/.test(command ?? '');

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
