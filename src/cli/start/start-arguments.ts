import { readOptions, wholeNumber } from '../terminal/read-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** The services that `npm start` knows how to run, in the order in which it shows them. */
export const serviceNames = ['user', 'product', 'cart'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** How many replicas of each service are to run. */
export type Replicas = Readonly<Record<ServiceName, number>>;

/** What `npm start` was asked for. */
export interface StartArguments {
  readonly replicas: Replicas;
  readonly bus: 'nats' | 'memory';
  /** Ends after the sample instead of staying up. */
  readonly exit: boolean;
  readonly sample: boolean;
  /** Brings up Prometheus and what else there is beside the shop. */
  readonly observe: boolean;
  /** The gateway's port, when one is asked for. */
  readonly port: number | undefined;
  /** Where the data is to lie, when that was said. */
  readonly data: string | undefined;
}

/** How the command is called. */
export const startUsage = `usage: npm start -- [options]

Starts the shop: a nats-server, the workers, the gateway, an observer; lets the sample run through them,
shows what became of it, and stays up until Ctrl-C.

  --replicas NAME=N   so many processes of a service (default: one each); names: ${serviceNames.join(', ')};
                      several with commas between, or the option again
  --bus nats|memory   nats: processes of their own, data on disk (default); memory: the whole shop
                      in one process, without a broker, gone when it ends
  --exit              end after the sample: code 0 only if every accepted event is accounted for
  --no-sample         start with what is there
  --observe           Prometheus with rules and alerts beside the shop; Alertmanager and Grafana too,
                      where they can be had
  --port N            the gateway's port (default: 3000, or another when that is taken)
  --data FOLDER       where streams, key and logs lie (default: .millrace)
  --help              this text`;

const known = {
  replicas: { type: 'string', multiple: true },
  bus: { type: 'string', default: 'nats' },
  exit: { type: 'boolean', default: false },
  'no-sample': { type: 'boolean', default: false },
  observe: { type: 'boolean', default: false },
  port: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line; `help` when it asks for that. @throws UsageError */
export const readStartArguments = (args: readonly string[]): StartArguments | 'help' => {
  const { values, positionals } = readOptions(args, known);
  if (values.help) return 'help';
  if (positionals.length > 0)
    throw new UsageError(`what is "${positionals[0]}"? No option of mine`);
  const { bus, exit, data, observe, replicas = [] } = values;
  if (bus !== 'nats' && bus !== 'memory') {
    throw new UsageError(`--bus is "nats" or "memory", not "${bus}"`);
  }
  if (bus === 'memory' && replicas.length > 0) {
    throw new UsageError('--replicas needs processes, and --bus memory has only one');
  }
  if (bus === 'memory' && observe) {
    throw new UsageError('--observe needs processes to ask, and --bus memory has only one');
  }
  if (data === '') throw new UsageError('--data needs the name of a folder');
  return {
    replicas: readReplicas(replicas),
    bus,
    exit,
    observe,
    sample: !values['no-sample'],
    port:
      values.port === undefined
        ? undefined
        : wholeNumber('--port', values.port, { least: 1, most: 65_535 }),
    data,
  };
};

const isServiceName = (name: string): name is ServiceName =>
  (serviceNames as readonly string[]).includes(name);

const readReplicas = (stated: readonly string[]): Replicas => {
  const replicas: Record<ServiceName, number> = { user: 1, product: 1, cart: 1 };
  for (const part of stated.flatMap((text) => text.split(','))) {
    const [name = '', number = '', ...more] = part.trim().split('=');
    if (!isServiceName(name) || more.length > 0) {
      const names = serviceNames.join(', ');
      throw new UsageError(`--replicas is NAME=N with NAME one of ${names}, not "${part}"`);
    }
    replicas[name] = wholeNumber(`--replicas ${name}`, number, { least: 1, most: 64 });
  }
  return replicas;
};
