import { addresses, readOptions, wholeNumber } from '../terminal/read-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** What `npm run repartition` was asked for. */
export interface RepartitionArguments {
  readonly service: string;
  /** How many partitions its stream is to have. */
  readonly partitions: number;
  /** Only says what stands in the way, and what would be moved. */
  readonly dryRun: boolean;
  /** Addresses of the broker; nothing for those of the environment. */
  readonly servers: readonly string[] | undefined;
}

/** More cost the broker more than they bring: each is a consumer, and a pull of its owner every second. */
const mostPartitions = 1024;

/** How the command is called. */
export const repartitionUsage = `usage: npm run repartition -- --service S --partitions N [options]

Moves the stream of a service to another number of partitions: its states, request events, facts and
dead letters. The workers of the service and of those that react to its facts have to be stopped; the
stream takes nothing meanwhile, so producers get an error and try again. Called again after it was
ended, it carries on. docs/partitions.md says how to go about it.

  --service S     whose stream
  --partitions N  how many it is to have; declare the same in defineStream before workers start again
  --dry-run       only say what stands in the way, and what would be moved
  --url URL       the broker (default: NATS_URL, else nats://127.0.0.1:4222)
  --help          this text

Exit code 0: it is moved, or could be. 1: something stands in the way, or the broker does. 2: wrong call.`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const known = {
  service: text,
  partitions: text,
  'dry-run': flag,
  url: text,
  help: flag,
} as const;

/** Reads the command line; `help` when it asks for that. @throws UsageError */
export const readRepartitionArguments = (
  args: readonly string[],
): RepartitionArguments | 'help' => {
  const { values, positionals } = readOptions(args, known);
  if (values.help) return 'help';
  const [extra] = positionals;
  if (extra !== undefined) throw new UsageError(`"${extra}": there are only options`);
  const { service, partitions } = values;
  if (service === undefined) throw new UsageError('--service says whose stream is to be moved');
  if (partitions === undefined) {
    throw new UsageError('--partitions says how many it is to have');
  }
  return {
    service,
    partitions: wholeNumber('--partitions', partitions, { least: 1, most: mostPartitions }),
    dryRun: values['dry-run'],
    servers: values.url === undefined ? undefined : addresses(values.url),
  };
};
