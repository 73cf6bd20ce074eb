import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { NatsBus } from '../../infra/nats/nats-bus.ts';
import { brokerAccess, brokerEnvironment } from '../../infra/runtime/config.ts';
import { systemClock } from '../../infra/runtime/system-clock.ts';
import { cart } from '../../workers/cart/service.ts';
import { product } from '../../workers/product/service.ts';
import { user } from '../../workers/user/service.ts';
import { showProgress } from '../terminal/progress.ts';
import { KnownRequests } from './known-requests.ts';
import { type Input, openInput } from './open-input.ts';
import { PersistentPublisher } from './persistent-publisher.ts';
import { Replay } from './replay.ts';
import type { ReplayArguments } from './replay-arguments.ts';
import { type ReaderOptions, RequestReader } from './request-reader.ts';
import { saySummary } from './say-summary.ts';

/** What a replay reads from the environment. */
export const replayEnvironment = brokerEnvironment
  // npm runs scripts in the package's folder; file names are meant where the user stands.
  .extend({ INIT_CWD: z.string().default('.') });

/** The request events of the shop. */
export const shopRequests = new KnownRequests([user, product, cart]);

/** A reader of lines for the shop, with this machine's clock, and random ids unless others are wanted. */
export const requestReader = (options: Partial<ReaderOptions>): RequestReader =>
  new RequestReader({
    known: shopRequests,
    asIs: false,
    idOf: () => randomUUID(),
    now: () => new Date(systemClock.now()).toISOString(),
    ...options,
  });

/** Replays a file to the end, or until it is stopped; resolves to the exit code. */
export const runReplay = async (
  asked: ReplayArguments,
  environment: z.infer<typeof replayEnvironment>,
  signal: AbortSignal,
): Promise<number> => {
  const file = asked.file === '-' ? '-' : resolve(environment.INIT_CWD, asked.file);
  const input = await openInput(file);
  await using bus = await NatsBus.connect({
    name: 'replay',
    ...brokerAccess(environment),
    ...(asked.servers && { servers: asked.servers }),
    replicas: 1,
    storage: 'file',
    firstConnectionMs: 5000,
  });
  const summary = await replayThrough(bus, { asked, input, signal });
  console.log(saySummary(summary));
  if (signal.aborted) return 130;
  return summary.bad + summary.unpublished > 0 ? 1 : 0;
};

const replayThrough = async (
  bus: NatsBus,
  { asked, input, signal }: { asked: ReplayArguments; input: Input; signal: AbortSignal },
) => {
  const progress = showProgress({
    label: 'replay',
    total: input.size,
    output: process.stdout,
    notes: process.stderr,
  });
  try {
    return await new Replay({
      chunks: input.chunks,
      reader: requestReader({ asIs: asked.asIs, ...idsOf(asked, input) }),
      publisher: new PersistentPublisher({
        publisher: bus.publisher,
        isConnected: () => bus.isConnected(),
        clock: systemClock,
        signal,
      }),
      progress,
      clock: systemClock,
      window: asked.window,
      rate: asked.rate,
      signal,
    }).run();
  } finally {
    progress.stop();
  }
};

const idsOf = ({ ids }: ReplayArguments, { fingerprint }: Input): Partial<ReaderOptions> =>
  ids === 'line' ? { idOf: (line) => `${fingerprint}-${line}` } : {};
