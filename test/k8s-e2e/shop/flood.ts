import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FinishedProgram, runProgram } from '../../support/finished-program.ts';
import { stapleOf } from './shop-load.ts';
import type { BrokerAddress } from './stored-prices.ts';

/** Request events that nobody waits for: a file of carts being filled, replayed at a steady rate. */
export interface Flood {
  readonly events: number;
  readonly perSecond: number;
}

/** Publishes them as `npm run replay` does; resolves when all are acknowledged. */
export const replayFlood = async (
  { events, perSecond }: Flood,
  { servers, nkeyFile }: BrokerAddress,
): Promise<FinishedProgram> => {
  const file = join(tmpdir(), `millrace-flood-${randomUUID()}.ndjson`);
  const lines = Array.from({ length: events }, (_, number) => {
    const data = {
      userId: `buyer-${number % 97}`,
      productId: stapleOf(number),
      quantity: 1,
    };
    return `${JSON.stringify({ type: 'cart.add', data })}\n`;
  });
  await writeFile(file, lines.join(''));
  try {
    const environment = { NATS_URL: servers.join(','), NATS_NKEY_FILE: nkeyFile };
    return await runProgram('cli/replay/main.js', [file, '--rate', String(perSecond)], environment);
  } finally {
    await rm(file, { force: true });
  }
};
