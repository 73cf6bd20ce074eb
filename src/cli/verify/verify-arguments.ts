import { readMoment } from '../terminal/read-moment.ts';
import { addresses, readOptions } from '../terminal/read-options.ts';
import { UsageError } from '../terminal/usage-error.ts';

/** What `npm run verify` was asked for. */
export interface VerifyArguments {
  /** Names of services; none for all. */
  readonly services: readonly string[];
  /** Milliseconds since 1970. */
  readonly since: number | undefined;
  /** Publishes again what is missing. */
  readonly repair: boolean;
  /** Only says what a repair would do. */
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Shows keys. */
  readonly reveal: boolean;
  /** Addresses of the broker; nothing for those of the environment. */
  readonly servers: readonly string[] | undefined;
}

/** How the command is called. */
export const verifyUsage = `usage: npm run verify [-- options]

Reads the streams and accounts for every request event: what became of it, or that it is missing, was
handled twice or out of order. The system may run meanwhile.

  --service S   only this service (repeats)
  --since T     only events stored since then: 2026-03-01T10:00:00Z, or 90s, 30m, 2h, 7d ago
  --repair      publish again what is acknowledged but missing, under its own id, and put it on record
  --dry-run     with --repair: only say what would be published
  --json        the report as one JSON object
  --reveal      show the keys of the events named, not a fingerprint of them
  --url URL     the broker (default: NATS_URL, else nats://127.0.0.1:4222)
  --help        this text

Exit code 0: every event is accounted for. 1: some are missing, doubled or out of order, and not
repaired. 2: wrong call. 130: stopped by Ctrl-C.`;

const text = { type: 'string' } as const;
const flag = { type: 'boolean', default: false } as const;

const known = {
  service: { type: 'string', multiple: true, default: [] as string[] },
  since: text,
  repair: flag,
  'dry-run': flag,
  json: flag,
  reveal: flag,
  url: text,
  help: flag,
} as const;

/** Reads the command line at a moment; `help` when it asks for that. @throws UsageError */
export const readVerifyArguments = (
  args: readonly string[],
  now: number,
): VerifyArguments | 'help' => {
  const { values, positionals } = readOptions(args, known);
  if (values.help) return 'help';
  const [extra] = positionals;
  if (extra !== undefined) throw new UsageError(`"${extra}": there are only options`);
  if (values['dry-run'] && !values.repair) {
    throw new UsageError('--dry-run goes with --repair: without it nothing is changed anyway');
  }
  return {
    services: values.service,
    since: values.since === undefined ? undefined : readMoment('--since', values.since, now),
    repair: values.repair,
    dryRun: values['dry-run'],
    json: values.json,
    reveal: values.reveal,
    servers: values.url === undefined ? undefined : addresses(values.url),
  };
};
