import { retriesOfPartition, retryStreamOf, subjectsOf } from '../../contracts/streams.ts';
import type { FoundConsumer, StreamMover } from '../../infra/nats/stream-mover.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { leftBehind } from '../../infra/pipeline/event-copy.ts';
import type { Bus } from '../../infra/pipeline/ports.ts';
import type { Upkeep } from '../../infra/pipeline/upkeep.ts';
import { count } from '../terminal/figures.ts';
import { readStream } from '../verify/reading.ts';
import { usualEventsAtATime } from '../verify/verify-partition.ts';
import { verifyStream } from '../verify/verify-stream.ts';
import { consumersIn, type Reader, readersOf, reads } from './readers.ts';
import { tooFullAfterwards } from './room.ts';

export interface ObstacleOptions {
  /** The service, its stream with as many partitions as it has now. */
  readonly service: AnyService;
  /** All services of the system, this one among them. */
  readonly services: readonly AnyService[];
  readonly mover: StreamMover;
  readonly bus: Pick<Bus, 'follow'> & { readonly upkeep: Upkeep };
  readonly signal: AbortSignal;
}

/** The services whose processes read a service's stream or know its partitions: its own first. */
const concernedBy = (
  { name }: Pick<AnyService, 'name'>,
  services: readonly AnyService[],
): readonly string[] => [
  name,
  ...services
    .filter(
      ({ reactions, views }) =>
        reactions.some(({ contract }) => contract.stream.service === name) ||
        views.some(({ stream }) => stream.service === name),
    )
    .map((other) => other.name)
    .filter((other) => other !== name),
];

/** Who of them runs, in a sentence each: nothing can be moved while they do. */
export const whoRuns = async (
  mover: StreamMover,
  service: AnyService,
  services: readonly AnyService[],
): Promise<readonly string[]> => {
  const running: string[] = [];
  for (const name of concernedBy(service, services)) {
    const members = await mover.livingMembers(name);
    if (members.length > 0) {
      running.push(`workers of ${name} run (${members.join(', ')}): stop them`);
    } else running.push(...(await whoIsConnected(mover, name)));
  }
  for (const { config, num_waiting, name } of await mover.consumers()) {
    if (config.durable_name === undefined || num_waiting === 0) continue;
    running.push(`somebody reads through the consumer ${name}: stop who does`);
  }
  return running;
};

/** Who is frozen announces nothing, and goes on with the old number when it wakes up. */
const whoIsConnected = async (mover: StreamMover, name: string): Promise<readonly string[]> => {
  const found = await mover.isConnected(name);
  if (found === 'nobody') return [];
  return found === 'answers'
    ? [`a worker of ${name} is connected to the broker: stop it`]
    : [
        `a worker of ${name} is connected to the broker and does not answer: end its process, which is frozen or busy; of a machine that is lost the broker lets go by itself, after some minutes`,
      ];
};

/** What of a stream could not be carried to other partitions, and what to do about it. */
export const obstaclesOf = async (options: ObstacleOptions): Promise<readonly string[]> => [
  ...(await tooFull(options)),
  ...(await unreadBy(options)),
  ...(await leftBehindIn(options)),
  ...(await wrongIn(options)),
];

const tooFull = async ({ mover }: ObstacleOptions): Promise<string[]> => {
  const found = await mover.find();
  const why = found && tooFullAfterwards(found);
  return why === undefined ? [] : [why];
};

/** Other readers have to be through: afterwards nobody can tell what they have seen. */
const unreadBy = async ({ mover, service, services, bus }: ObstacleOptions): Promise<string[]> => {
  const obstacles: string[] = [];
  for (const reader of readersOf(service.stream, await mover.consumers())) {
    if (reader.kind === 'unclear') {
      obstacles.push(`the consumer ${reader.name} cannot be kept: ${reader.why}. Delete it`);
      continue;
    }
    if (isOwn(reader, service)) continue;
    const left = consumersIn(reader).reduce((sum, consumer) => sum + unread(consumer), 0);
    if (left === 0) continue;
    obstacles.push(
      `${reader.name} has ${count(left)} messages left to read: let it run until it has read them (nobody reads it any more: delete its consumers)`,
    );
  }
  for (const other of services) {
    const waiting = await retriesLeft(other, service, bus.upkeep);
    if (waiting === 0) continue;
    obstacles.push(
      `${count(waiting)} facts wait for their next try at ${other.name}: let it run until they are done with`,
    );
  }
  return obstacles;
};

const unread = ({ num_pending, num_ack_pending }: FoundConsumer): number =>
  num_pending + num_ack_pending;

const isOwn = (reader: Reader, { name, stream }: AnyService): boolean =>
  reader.kind === 'partitioned'
    ? reader.name === name && reader.root === 'in'
    : reader.kind === 'whole' && reader.name === name && reads(reader, subjectsOf(stream).requests);

const retriesLeft = async (
  other: AnyService,
  { stream }: AnyService,
  upkeep: Upkeep,
): Promise<number> => {
  if (other.ordering !== 'none') return 0;
  let left = 0;
  for (let partition = 0; partition < stream.partitions; partition++) {
    const filter = retriesOfPartition(other.stream, stream.name, partition);
    const counts = await upkeep
      .countsOf(retryStreamOf(other.stream), filter)
      .catch(() => new Map());
    left += counts.size;
  }
  return left;
};

/** Copies that had no room for their event's body find it by where the event lies, and when it was stored. */
const leftBehindIn = async (options: ObstacleOptions): Promise<string[]> => {
  const { services, service, bus, signal } = options;
  const obstacles: string[] = [];
  for (const { stream } of services) {
    const { deadLetters, parked, rulings } = subjectsOf(stream);
    if (!(await bus.upkeep.sizeOf(stream).catch(() => undefined))) continue;
    const read = readStream(bus, stream, signal);
    const open = new Set<number>();
    for (const kind of ['dead', 'parked'] as const) {
      await read(kind === 'dead' ? deadLetters : parked, 1, ({ header, sequence }) => {
        const isHere = header(`millrace-${kind}-stream`) === service.stream.name;
        if (isHere && header(`millrace-${kind}-body`) === leftBehind) open.add(sequence);
      });
    }
    if (open.size === 0) continue;
    await read(rulings, 1, ({ subject }) => {
      open.delete(Number(subject.slice(subject.lastIndexOf('.') + 1)));
    });
    if (open.size === 0) continue;
    const [first] = open;
    obstacles.push(
      `${count(open.size)} dead letters or parked events of ${stream.name} were too large to hold their body (the first is ${stream.service}/${first}): redrive or discard them with npm run deadletters, and let them be handled`,
    );
  }
  return obstacles;
};

/** What cannot be proved today could not be proved afterwards. */
const wrongIn = async ({ service, bus, signal }: ObstacleOptions): Promise<string[]> => {
  const report = await verifyStream({
    service,
    upkeep: bus.upkeep,
    read: readStream(bus, service.stream, signal),
    eventsAtATime: usualEventsAtATime,
    onEvent: () => {},
  });
  if (report.wrong === 0) return [];
  return [
    `npm run verify finds ${count(report.wrong)} events of ${service.name} missing, doubled or out of order: see what it names, and repair what is missing (--repair)`,
  ];
};
