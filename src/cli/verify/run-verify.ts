import { hostname, userInfo } from 'node:os';
import type { z } from 'zod';
import { NatsBus } from '../../infra/nats/nats-bus.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { Repair } from '../../infra/pipeline/repair.ts';
import { brokerAccess, brokerEnvironment } from '../../infra/runtime/config.ts';
import { systemClock } from '../../infra/runtime/system-clock.ts';
import { cart } from '../../workers/cart/service.ts';
import { product } from '../../workers/product/service.ts';
import { user } from '../../workers/user/service.ts';
import { count } from '../terminal/figures.ts';
import { showProgress } from '../terminal/progress.ts';
import { UsageError } from '../terminal/usage-error.ts';
import { readStream } from './reading.ts';
import { reportsAsData, sayReports } from './say-report.ts';
import type { StreamReport } from './stream-report.ts';
import type { VerifyArguments } from './verify-arguments.ts';
import { usualEventsAtATime } from './verify-partition.ts';
import { verifyStream } from './verify-stream.ts';

/** What the command reads from the environment. */
export const verifyEnvironment = brokerEnvironment;

const allServices: readonly AnyService[] = [user, product, cart];

/** Verifies, and repairs when asked to; resolves to the exit code. */
export const runVerify = async (
  asked: VerifyArguments,
  environment: z.infer<typeof verifyEnvironment>,
  signal: AbortSignal,
): Promise<number> => {
  const services = chosen(asked.services);
  await using bus = await NatsBus.connect({
    name: 'verify',
    ...brokerAccess(environment),
    ...(asked.servers && { servers: asked.servers }),
    replicas: 1,
    storage: 'file',
    firstConnectionMs: 5000,
  });
  // With another number than the stream has, partitions would be left out and looked for in vain.
  for (const { stream } of services) await bus.checkPartitions(stream);
  try {
    const reports = await verifyAll(bus, services, { asked, signal });
    const repaired = asked.repair ? await repairAll(bus, services, reports, asked) : undefined;
    print(reports, repaired, asked);
    const wrong = reports.reduce((sum, report) => sum + report.wrong, 0);
    const mended = asked.dryRun ? 0 : (repaired?.published ?? 0);
    return wrong > mended ? 1 : 0;
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  }
};

const chosen = (names: readonly string[]): readonly AnyService[] => {
  const known = allServices.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`no service "${unknown}": there are ${known.join(', ')}`);
  }
  return allServices.filter(({ name }) => names.length === 0 || names.includes(name));
};

interface Run {
  readonly asked: VerifyArguments;
  readonly signal: AbortSignal;
}

const verifyAll = async (
  bus: NatsBus,
  services: readonly AnyService[],
  { asked, signal }: Run,
): Promise<readonly StreamReport[]> => {
  const { stderr } = process;
  const progress = showProgress({ label: 'verify', output: stderr, notes: stderr });
  let events = 0;
  const onEvent = () => progress.show({ done: events, events: ++events });
  const reports: StreamReport[] = [];
  try {
    for (const service of services) {
      const read = readStream(bus, service.stream, signal);
      const { upkeep } = bus;
      const { since } = asked;
      const eventsAtATime = usualEventsAtATime;
      reports.push(await verifyStream({ service, upkeep, read, since, eventsAtATime, onEvent }));
    }
  } finally {
    progress.stop();
  }
  return reports;
};

/** What a repair did, or would do. */
interface Repairs {
  published: number;
  doneBefore: number;
  gone: number;
}

const repairAll = async (
  bus: NatsBus,
  services: readonly AnyService[],
  reports: readonly StreamReport[],
  { dryRun }: VerifyArguments,
): Promise<Repairs> => {
  const by = `${userInfo().username}@${hostname()}`;
  const repairs: Repairs = { published: 0, doneBefore: 0, gone: 0 };
  for (const [index, service] of services.entries()) {
    const repair = new Repair({ bus, service, by, clock: systemClock });
    const findings = reports[index]?.findings.filter(({ isRepairable }) => isRepairable) ?? [];
    // In the stream's order, so that of one key they are handled in it.
    for (const finding of findings.toSorted((one, other) => one.sequence - other.sequence)) {
      const done = dryRun
        ? 'published'
        : await repair.publish({ ...finding, sequence: finding.last });
      if (done === 'published') repairs.published++;
      else if (done === 'gone') repairs.gone++;
      else repairs.doneBefore++;
    }
  }
  return repairs;
};

const print = (
  reports: readonly StreamReport[],
  repairs: Repairs | undefined,
  { json, reveal, dryRun }: VerifyArguments,
): void => {
  if (json) {
    const streams = reportsAsData(reports, reveal);
    console.log(JSON.stringify({ streams, ...(repairs && { repair: { dryRun, ...repairs } }) }));
    return;
  }
  console.log(sayReports(reports, reveal));
  if (!repairs) return;
  const what = dryRun ? 'would be published again' : 'published again';
  console.log(`\n${count(repairs.published)} ${what}`);
  if (repairs.doneBefore > 0) console.log(`${count(repairs.doneBefore)} published again before`);
  if (repairs.gone > 0) console.log(`${count(repairs.gone)} are not in the stream any more`);
};
