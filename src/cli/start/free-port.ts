import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

const host = '127.0.0.1';

/** Finds a port that nobody listens on now: one of the system's choice for 0. */
const tryPort = async (port: number): Promise<number | undefined> => {
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' ? address?.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
};

/** True when nobody listens on the port. */
export const isFree = async (port: number): Promise<boolean> => (await tryPort(port)) !== undefined;

/** A free port: the preferred one if it can be had. */
export const freePort = async (preferred = 0): Promise<number> => {
  const port = (await tryPort(preferred)) ?? (await tryPort(0));
  if (port === undefined) throw new Error('this machine has no free port');
  return port;
};

/** A port that nobody else takes until it is released. */
export interface ReservedPort {
  readonly port: number;
  release(): Promise<void>;
}

/** Keeps a free port, the preferred one if it can be had, for who listens on it only in a while. */
export const reservePort = async (preferred: number): Promise<ReservedPort> => {
  const server = createServer();
  server.listen({ port: await freePort(preferred), host, exclusive: true });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
