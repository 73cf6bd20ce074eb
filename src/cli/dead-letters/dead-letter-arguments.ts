import { readMoment } from '../terminal/read-moment.ts';
import { addresses, readOptions, wholeNumber } from '../terminal/read-options.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { Selection } from './select-letters.ts';

const commands = ['list', 'show', 'redrive', 'discard'] as const;

/** What `npm run deadletters` was asked for. */
export interface DeadLetterArguments {
  readonly command: (typeof commands)[number];
  readonly selection: Selection;
  /** Names of services; none for all. */
  readonly services: readonly string[];
  /** Addresses of the broker; nothing for those of the environment. */
  readonly servers: readonly string[] | undefined;
  readonly json: boolean;
  /** Shows personal fields. */
  readonly reveal: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Who rules; nothing for the user of the machine. */
  readonly by: string | undefined;
  readonly note: string | undefined;
}

/** How the command is called. */
export const deadLetterUsage = `usage: npm run deadletters -- COMMAND [LETTER...] [options]

Dead letters are events that could not be handled. A LETTER is cart/123 or the id of the event.

  list       which there are, and how many by reason
  show       all that is on record of them
  redrive    have them handled again, under a new id; a parked key goes on from there in order
  discard    leave them as they are for good; a parked key goes on without them

Which: only those that nobody has ruled on, and that all of these let pass
  --service S    of this service          --since T     dead since then: 2026-03-01T10:00:00Z, or 2h
  --id ID        of the event, or cart/123 --until T    dead until then
  --reason R     why it died              --type TYPE   cart.add, for example
  --key KEY      the key of the event     --limit N     the first N (list: 50 unless it says so)
  --all          those ruled on too       Each of --service, --id, --reason, --type, --key repeats.

How:
  --json         list, show: one JSON object a line
  --reveal       list, show: personal fields and keys as they are
  --dry-run      redrive, discard: only say which
  --yes          redrive, discard: do not ask
  --by NAME      redrive, discard: who does it (default: the user of this machine)
  --note TEXT    redrive, discard: why, for the record
  --url URL      the broker (default: NATS_URL, else nats://127.0.0.1:4222)
  --help         this text

Exit code 0: done. 1: something failed, or a named letter is not there. 2: wrong call. 130: Ctrl-C.`;

const many = { type: 'string', multiple: true, default: [] as string[] } as const;
const flag = { type: 'boolean', default: false } as const;
const text = { type: 'string' } as const;

const known = {
  service: many,
  id: many,
  reason: many,
  key: many,
  type: many,
  since: text,
  until: text,
  limit: text,
  all: flag,
  json: flag,
  reveal: flag,
  'dry-run': flag,
  yes: flag,
  by: text,
  note: text,
  url: text,
  help: flag,
} as const;

/** Reads the command line at a moment; `help` when it asks for that. @throws UsageError */
export const readDeadLetterArguments = (
  args: readonly string[],
  now: number,
): DeadLetterArguments | 'help' => {
  const { values, positionals } = readOptions(args, known);
  if (values.help) return 'help';
  const [named, ...letters] = positionals;
  const command = commands.find((one) => one === named);
  if (!command)
    throw new UsageError(`one of ${commands.join(', ')} is needed, not "${named ?? ''}"`);
  const names = [...letters, ...values.id];
  if (command === 'show' && names.length === 0) throw new UsageError('show: which dead letter?');
  const moment = (option: 'since' | 'until') =>
    values[option] === undefined ? undefined : readMoment(`--${option}`, values[option], now);
  return {
    command,
    selection: {
      names,
      reasons: values.reason,
      keys: values.key,
      types: values.type,
      since: moment('since'),
      until: moment('until'),
      all: values.all,
      limit: values.limit === undefined ? undefined : wholeNumber('--limit', values.limit, limits),
    },
    services: values.service,
    servers: values.url === undefined ? undefined : addresses(values.url),
    json: values.json,
    reveal: values.reveal,
    dryRun: values['dry-run'],
    yes: values.yes,
    by: values.by,
    note: values.note,
  };
};

const limits = { least: 1, most: 1_000_000_000 };
