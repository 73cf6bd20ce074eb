import type { z } from 'zod';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { brokerAccess, brokerEnvironment } from '../../infra/runtime/config.ts';
import { cart } from '../../workers/cart/service.ts';
import { product } from '../../workers/product/service.ts';
import { user } from '../../workers/user/service.ts';
import { count } from '../terminal/figures.ts';
import { type Progress, showProgress } from '../terminal/progress.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { type Repartitioned, type RepartitionOptions, repartition } from './repartition.ts';
import type { RepartitionArguments } from './repartition-arguments.ts';

/** What the command reads from the environment. */
export const repartitionEnvironment = brokerEnvironment;

const services: readonly AnyService[] = [user, product, cart];

/** Moves a stream of the shop, and shows how far it is; resolves to the exit code. */
export const runRepartition = async (
  asked: RepartitionArguments,
  environment: z.infer<typeof repartitionEnvironment>,
  signal: AbortSignal,
): Promise<number> => {
  const { dryRun, partitions } = asked;
  const service = chosen(asked.service);
  const broker = {
    name: 'repartition',
    ...brokerAccess(environment),
    ...(asked.servers && { servers: asked.servers }),
    replicas: 1,
    storage: 'file',
    firstConnectionMs: 5000,
  } as const;
  try {
    const run = { service, services, partitions, dryRun, broker, signal };
    console.log(said(await withProgress(run), asked));
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error('stopped; called again it carries on');
    return 130;
  }
};

const chosen = (name: string): AnyService => {
  const service = services.find((each) => each.name === name);
  if (service) return service;
  const known = services.map((each) => each.name).join(', ');
  throw new UsageError(`no service "${name}": there are ${known}`);
};

const withProgress = async (options: RepartitionOptions): Promise<Repartitioned> => {
  const { stderr } = process;
  let progress: Progress | undefined;
  let written = 0;
  try {
    return await repartition({
      ...options,
      onBegin: (total) => {
        progress = showProgress({ label: 'repartition', total, output: stderr, notes: stderr });
      },
      onWritten: (more) => {
        written += more;
        progress?.show({ done: written, events: written });
      },
    });
  } finally {
    progress?.stop();
  }
};

const said = (result: Repartitioned, { service, partitions }: RepartitionArguments): string => {
  const stream = service.toUpperCase();
  if (result.kind === 'has-them-already') return `${stream} has ${partitions} partitions already`;
  const { from, messages } = result;
  const way = `${stream} from ${from} to ${partitions} partitions (${count(messages)} messages)`;
  if (result.kind === 'could-be-moved') return `could move ${way}; nothing was changed`;
  return `moved ${way}\nBefore workers start again: defineStream('${service}', ${partitions}) in src/contracts/${service}/stream.ts`;
};
