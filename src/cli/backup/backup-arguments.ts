import { addresses, readOptions, wholeNumber } from '../terminal/read-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

const commands = ['save', 'check', 'restore'] as const;

/** What `npm run backup` was asked for. */
export interface BackupArguments {
  readonly command: (typeof commands)[number];
  readonly folder: string;
  /** Names of services; none for all. */
  readonly services: readonly string[];
  /** Saves although workers run. */
  readonly running: boolean;
  /** On how many servers the streams are to lie; nothing for as many as before. */
  readonly replicas: number | undefined;
  /** Addresses of the broker; nothing for those of the environment. */
  readonly servers: readonly string[] | undefined;
}

/** How the command is called. */
export const backupUsage = `usage: npm run backup -- COMMAND FOLDER [options]

Saves the streams of the services as files, whole: events, facts, states, dead letters, and how far
each consumer has come. docs/operations/backup.md says how to go about it.

  save       into a new folder; the workers have to be stopped, producers may go on
  check      whether a folder holds a whole backup, undamaged
  restore    makes the streams again on a broker that has none of them

  --service S     save, restore: of this service; repeats (default: of all)
  --running       save: although workers run; after such a backup is restored, "npm run verify --
                  --repair" makes good what was acknowledged just then
  --replicas N    restore: lay the streams on N servers (default: on as many as before)
  --url URL       the broker (default: NATS_URL, else nats://127.0.0.1:4222)
  --help          this text

Exit code 0: done. 1: something stands in the way, or the broker does. 2: wrong call.`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const known = {
  service: { type: 'string', multiple: true, default: [] as string[] },
  running: flag,
  replicas: text,
  url: text,
  help: flag,
} as const;

/** Reads the command line; `help` when it asks for that. @throws UsageError */
export const readBackupArguments = (args: readonly string[]): BackupArguments | 'help' => {
  const { values, positionals } = readOptions(args, known);
  if (values.help) return 'help';
  const [named, folder, extra] = positionals;
  const command = commands.find((each) => each === named);
  if (!command) throw new UsageError(`${say(named)}: say ${commands.join(', ')}`);
  if (folder === undefined) throw new UsageError(`${command} which folder?`);
  if (extra !== undefined) throw new UsageError(`"${extra}": one folder is enough`);
  if (values.running && command !== 'save') throw new UsageError('--running is for save');
  if (values.replicas !== undefined && command !== 'restore') {
    throw new UsageError('--replicas is for restore');
  }
  return {
    command,
    folder,
    services: values.service,
    running: values.running,
    replicas:
      values.replicas === undefined
        ? undefined
        : wholeNumber('--replicas', values.replicas, { least: 1, most: 5 }),
    servers: values.url === undefined ? undefined : addresses(values.url),
  };
};

const say = (named: string | undefined): string =>
  named === undefined ? 'no command' : `"${named}"`;
