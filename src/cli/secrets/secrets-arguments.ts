import { readOptions } from '../terminal/read-options.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { brokerUsers } from './broker-users.ts';

/** What is done to the folder. */
export type SecretsTask =
  | { readonly kind: 'make' | 'add' }
  | { readonly kind: 'rotate' | 'retire'; readonly user: string };

/** What `npm run nats:secrets` was asked for. */
export interface SecretsArguments {
  readonly folder: string;
  readonly task: SecretsTask;
  /** The servers of the broker's cluster as they know each other. */
  readonly servers: readonly string[];
}

const names = brokerUsers.map(({ name }) => name);
const usualServers = ['0', '1', '2'].map((number) => `nats-${number}.nats-headless`);

/** How the command is called. */
export const secretsUsage = `usage: npm run nats:secrets -- --out DIR [options]

Makes the keys by which processes and people prove to the broker who they are, what the broker has to
know of them, and a kustomization.yaml that makes Secrets of both. Nothing of it belongs into a
repository. docs/security.md says who may do what, and how keys are changed without a stop.

  --out DIR       the folder; refused when there is something in it already, unless with:
  --add           make what is missing in it, and write the files of the broker again
  --rotate NAME   a new key for one of ${names.join(', ')};
                  the broker takes the old one too, until:
  --retire NAME   the broker takes the old key of NAME no longer
  --servers LIST  names of the broker's servers among themselves, with commas between
                  (default: ${usualServers[0]} to ${usualServers[2]})
  --help          this text

Exit code 0: done. 1: the folder cannot be read or written. 2: wrong call; nothing was changed.`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;
const known = {
  out: text,
  add: flag,
  rotate: text,
  retire: text,
  servers: text,
  help: flag,
} as const;

/** Reads the command line; `help` when it asks for that. @throws UsageError */
export const readSecretsArguments = (args: readonly string[]): SecretsArguments | 'help' => {
  const { values, positionals } = readOptions(args, known);
  if (values.help) return 'help';
  const [extra] = positionals;
  if (extra !== undefined) throw new UsageError(`"${extra}": there are only options`);
  if (!values.out) throw new UsageError('--out says into which folder');
  const tasks: SecretsTask[] = [
    ...(values.add ? [{ kind: 'add' } as const] : []),
    ...(values.rotate ? [{ kind: 'rotate', user: userNamed(values.rotate) } as const] : []),
    ...(values.retire ? [{ kind: 'retire', user: userNamed(values.retire) } as const] : []),
  ];
  const [task = { kind: 'make' }, another] = tasks;
  if (another) throw new UsageError('--add, --rotate, --retire: one at a time');
  return { folder: values.out, task, servers: readServers(values.servers) };
};

const userNamed = (name: string): string => {
  if (names.includes(name)) return name;
  throw new UsageError(`no user "${name}": there are ${names.join(', ')}`);
};

const readServers = (list: string | undefined): readonly string[] => {
  if (list === undefined) return usualServers;
  const servers = list.split(',').map((server) => server.trim());
  if (servers.every((server) => /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(server))) return servers;
  throw new UsageError('--servers are names of hosts, with commas between');
};
