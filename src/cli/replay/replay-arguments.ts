import { addresses, readOptions, wholeNumber } from '../terminal/read-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** What `npm run replay` was asked for. */
export interface ReplayArguments {
  /** `-` for standard input. */
  readonly file: string;
  readonly rate: number | undefined;
  /** Addresses of the broker; nothing for those of the environment. */
  readonly servers: readonly string[] | undefined;
  readonly window: number;
  readonly asIs: boolean;
  /** `random`: replaying a file again says everything again. `line`: it only adds what is missing. */
  readonly ids: 'random' | 'line';
}

/** How the command is called. */
export const replayUsage = `usage: npm run replay -- FILE.ndjson [options]

Publishes request events, one JSON object a line: {"type":"cart.add","data":{...}} or a structured
CloudEvent. FILE "-" is the standard input.

  --rate N       at most N events a second (default: as fast as they are acknowledged)
  --url URL      the broker (default: NATS_URL, else nats://127.0.0.1:4222)
  --window N     at most N events unacknowledged at a time (default: 512)
  --as-is        publish lines that break their contract too, so that the workers refuse them;
                 never those for a service that keeps secrets
  --ids line     ids from file, size and line number for lines that have none, so that a replay cut
                 short can be run again within minutes (default: random)
  --help         this text

Exit code 0: every line is published. 1: some are not. 2: wrong call. 130: stopped by Ctrl-C.`;

const known = {
  rate: { type: 'string' },
  url: { type: 'string' },
  window: { type: 'string', default: '512' },
  'as-is': { type: 'boolean', default: false },
  ids: { type: 'string', default: 'random' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line; `help` when it asks for that. @throws UsageError */
export const readReplayArguments = (args: readonly string[]): ReplayArguments | 'help' => {
  const { values, positionals } = readOptions(args, known);
  if (values.help) return 'help';
  const [file, ...more] = positionals;
  if (file === undefined) throw new UsageError('which file is to be replayed? None is named');
  if (more.length > 0) throw new UsageError(`one file at a time: "${more[0]}" is one too many`);
  const ids = values.ids;
  if (ids !== 'random' && ids !== 'line') {
    throw new UsageError(`--ids is "random" or "line", not "${ids}"`);
  }
  if (ids === 'line' && file === '-') {
    throw new UsageError('--ids line needs a file: standard input has no name');
  }
  return {
    file,
    rate: values.rate === undefined ? undefined : wholeNumber('--rate', values.rate, million),
    servers: values.url === undefined ? undefined : addresses(values.url),
    window: wholeNumber('--window', values.window, { least: 1, most: 20_000 }),
    asIs: values['as-is'],
    ids,
  };
};

const million = { least: 1, most: 1_000_000 };
