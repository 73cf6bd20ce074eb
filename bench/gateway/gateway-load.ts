import autocannon from 'autocannon';
import { createTokens } from '../../src/gateway/auth/tokens.ts';
import { systemClock } from '../../src/infra/runtime/system-clock.ts';
import type { TaskContext } from '../run-task.ts';

/** What the process that asks is told. */
export interface GatewayLoadOrder {
  readonly url: string;
  readonly keyPem: string;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What it saw in the measured part. */
export interface GatewayLoad {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Asks again and again on connections that stay open, one caller each; says when the warm-up is over. */
export const runGatewayLoad = async (
  { url, keyPem, connections, warmUpSeconds, seconds }: GatewayLoadOrder,
  { say, told }: TaskContext,
): Promise<GatewayLoad> => {
  const tokens = await tokensOf(keyPem, connections);
  const load = (duration: number) => run({ url, connections, duration, tokens });
  await load(warmUpSeconds);
  say('warm');
  await told();
  const result = await load(seconds);
  const wrong = result.non2xx + result.errors + result.timeouts + result.mismatches;
  if (wrong > 0) throw new Error(`${wrong} of ${result.requests.total} requests went wrong`);
  return {
    requests: result['2xx'],
    requestsPerSecond: result['2xx'] / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
};

const run = ({
  url,
  connections,
  duration,
  tokens,
}: {
  readonly url: string;
  readonly connections: number;
  readonly duration: number;
  readonly tokens: readonly string[];
}) => {
  let client = 0;
  return autocannon({
    url: `${url}/carts/me/items`,
    connections,
    duration,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ productId: 'p1', quantity: 1 }),
    setupClient: (one) => {
      one.setHeaders({
        'content-type': 'application/json',
        authorization: `Bearer ${tokens[client++ % tokens.length]}`,
      });
    },
  });
};

const tokensOf = async (keyPem: string, callers: number): Promise<string[]> => {
  const tokens = await createTokens({ keyPem, catalogueUsers: [], clock: systemClock });
  return Promise.all(
    Array.from({ length: callers }, async (_, n) => {
      const { token } = await tokens.issue({ userId: `u${n}`, username: `user ${n}` });
      return token;
    }),
  );
};
