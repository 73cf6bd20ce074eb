import { userInfo } from 'node:os';
import type { z } from 'zod';
import type { ServiceStream } from '../../contracts/streams.ts';
import { NatsBus } from '../../infra/nats/nats-bus.ts';
import { brokerAccess, brokerEnvironment } from '../../infra/runtime/config.ts';
import { systemClock } from '../../infra/runtime/system-clock.ts';
import { cart } from '../../workers/cart/service.ts';
import { product } from '../../workers/product/service.ts';
import { user } from '../../workers/user/service.ts';
import { confirm } from '../terminal/confirm.ts';
import { count } from '../terminal/figures.ts';
import { showProgress } from '../terminal/progress.ts';
import { table } from '../terminal/table.ts';
import { UsageError } from '../terminal/usage-error.ts';
import type { DeadLetterArguments } from './dead-letter-arguments.ts';
import { ruleOnLetters } from './rule-on-letters.ts';
import { Ruler } from './ruler.ts';
import { type Snapshot, selectLetters, takeSnapshot } from './select-letters.ts';
import { listLetters, type ShowOptions, showLetters } from './show-letters.ts';

/** What the command reads from the environment. */
export const deadLetterEnvironment = brokerEnvironment;

const services = [user, product, cart];
const contracts = services.flatMap(({ routes, reactions }) =>
  [...routes, ...reactions].map(({ contract }) => contract),
);

/** What every command works with. */
interface Work {
  readonly bus: NatsBus;
  readonly snapshot: Snapshot;
  readonly asked: DeadLetterArguments;
  readonly signal: AbortSignal;
}

/** Does what was asked for; resolves to the exit code. */
export const runDeadLetters = async (
  asked: DeadLetterArguments,
  environment: z.infer<typeof deadLetterEnvironment>,
  signal: AbortSignal,
): Promise<number> => {
  const streams = streamsOf(asked.services);
  await using bus = await NatsBus.connect({
    name: 'deadletters',
    ...brokerAccess(environment),
    ...(asked.servers && { servers: asked.servers }),
    replicas: 1,
    storage: 'file',
    firstConnectionMs: 5000,
  });
  // By another number than the stream has, what waits behind a letter would be looked for elsewhere.
  for (const stream of streams) await bus.checkPartitions(stream);
  const work = { bus, snapshot: await takeSnapshot(bus, streams), asked, signal };
  // Awaited here, because the connection closes when this returns.
  if (asked.command === 'list') return await list(work);
  if (asked.command === 'show') return await show(work);
  return await rule(work, asked.command);
};

const streamsOf = (names: readonly string[]): readonly ServiceStream[] => {
  const known = services.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`no service "${unknown}": there are ${known.join(', ')}`);
  }
  return services
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map(({ stream }) => stream);
};

const showOptions = ({ asked: { json, reveal } }: Work): ShowOptions => ({
  contracts,
  json,
  reveal,
  print: (line) => console.log(line),
});

const list = async (work: Work): Promise<number> => {
  const { bus, snapshot, asked } = work;
  const limit = asked.selection.limit ?? (asked.json ? Number.POSITIVE_INFINITY : 50);
  const letters = selectLetters(bus, snapshot, { ...asked.selection, limit: undefined });
  await listLetters(letters, limit, showOptions(work));
  return 0;
};

const show = async (work: Work): Promise<number> => {
  const { bus, snapshot, asked } = work;
  const letters = selectLetters(bus, snapshot, { ...asked.selection, all: true });
  return (await showLetters(letters, showOptions(work))) === 0 ? nothingThere(asked) : 0;
};

const nothingThere = ({ selection: { names } }: DeadLetterArguments): number => {
  console.error(names.length > 0 ? `no such dead letter: ${names.join(', ')}` : 'no dead letters');
  return names.length > 0 ? 1 : 0;
};

const rule = async (work: Work, command: 'redrive' | 'discard'): Promise<number> => {
  const { bus, snapshot, asked, signal } = work;
  const selected = () => selectLetters(bus, snapshot, { ...asked.selection, all: false });
  let total = 0;
  for await (const _letter of selected()) total++;
  if (total === 0) return nothingThere(asked);
  if (asked.dryRun) {
    await listLetters(selected(), Number.POSITIVE_INFINITY, showOptions(work));
    return 0;
  }
  if (!(await isMeant(`${command} ${count(total)} dead letters`, total, asked))) return 1;
  const label = command;
  const progress = showProgress({ label, total, output: process.stdout, notes: process.stderr });
  const summary = await ruleOnLetters({
    action: command === 'redrive' ? 'redriven' : 'discarded',
    letters: selected(),
    rulerOf: rulers(work),
    progress,
    signal,
  }).finally(() => progress.stop());
  console.log(
    table([
      [command === 'redrive' ? 'redriven' : 'discarded', count(summary.ruled)],
      ['ruled on before', count(summary.before)],
      ['failed', count(summary.failed)],
    ]),
  );
  if (signal.aborted) return 130;
  return summary.failed > 0 ? 1 : 0;
};

/** One of them was named or found: that is meant. Of several somebody says so. */
const isMeant = async (
  what: string,
  total: number,
  { yes }: DeadLetterArguments,
): Promise<boolean> => {
  if (yes || total === 1) return true;
  if (!process.stdin.isTTY) throw new UsageError(`${what}? Say --yes`);
  return confirm(`${what}?`, { input: process.stdin, output: process.stdout });
};

/** One ruler for each stream, so that what is ruled at the same time shares its batches. */
const rulers = ({ bus, asked: { by, note } }: Work): ((stream: ServiceStream) => Ruler) => {
  const made = new Map<ServiceStream, Ruler>();
  const options = { bus, contracts, clock: systemClock, by: by ?? userInfo().username, note };
  return (stream) => {
    const ruler = made.get(stream) ?? new Ruler({ ...options, stream });
    made.set(stream, ruler);
    return ruler;
  };
};
