import { hostname, userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsOptions } from '../../infra/nats/connect.ts';
import { type Moving, partitionsIn } from '../../infra/nats/moving-settings.ts';
import { NatsBus } from '../../infra/nats/nats-bus.ts';
import { type FoundStream, NotAlone, StreamMover } from '../../infra/nats/stream-mover.ts';
import type { AnyService } from '../../infra/pipeline/define-service.ts';
import { BusUnavailable } from '../../infra/pipeline/errors.ts';
import { systemClock } from '../../infra/runtime/system-clock.ts';
import { forgetMarks, moveStream, type Step } from './move-stream.ts';
import { obstaclesOf, whoRuns } from './obstacles.ts';

/** Something stands in the way. */
class RepartitionRefused extends Error {
  override readonly name = 'RepartitionRefused';
}

export interface RepartitionOptions {
  readonly service: AnyService;
  /** All services of the system. */
  readonly services: readonly AnyService[];
  readonly partitions: number;
  readonly dryRun: boolean;
  readonly broker: NatsOptions;
  readonly signal: AbortSignal;
  /** For how long the move stays with a process that is gone. @default 6000 */
  readonly leaseMs?: number;
  /** How many messages there are, when the copying begins. */
  readonly onBegin?: (messages: number) => void;
  readonly onWritten?: (count: number) => void;
  readonly onStep?: (step: Step) => void;
}

/** What became of a stream. */
export type Repartitioned =
  | { readonly kind: 'moved' | 'could-be-moved'; readonly from: number; readonly messages: number }
  | { readonly kind: 'has-them-already' };

/**
 * Moves the stream of a service to another number of partitions, or carries on with a move.
 *
 * @throws RepartitionRefused naming all that stands in the way; BusUnavailable, BusRefused: called
 * again it carries on
 */
export const repartition = async (options: RepartitionOptions): Promise<Repartitioned> => {
  const { service, broker, dryRun, leaseMs = usualLeaseMs } = options;
  refuseUnordered(service);
  await using bus = await NatsBus.connect(broker);
  await using mover = await StreamMover.connect(broker, service.stream.name);
  const tools = { ...options, bus, mover };
  if (dryRun) return await moveOrCarryOn({ ...tools, ours: async () => {} });
  const hold = (forMs: number): Promise<boolean> =>
    bus.upkeep.hold(`repartition.${service.name}`, forMs);
  const taken = `somebody else moves ${service.stream.name} now`;
  // Whoever died with it is waited for.
  if (!(await within(leaseMs + 2_000, () => hold(leaseMs)))) throw new RepartitionRefused(taken);
  const renewal = setInterval(() => void hold(leaseMs).catch(() => undefined), leaseMs / 3);
  try {
    const ours = async (): Promise<void> => {
      options.signal.throwIfAborted();
      if (!(await hold(leaseMs))) throw new RepartitionRefused(taken);
    };
    return await moveOrCarryOn({ ...tools, ours });
  } finally {
    clearInterval(renewal);
    await hold(1).catch(() => undefined);
  }
};

const usualLeaseMs = 6_000;

const refuseUnordered = ({ name, ordering }: AnyService): void => {
  if (ordering === 'key') return;
  throw new RepartitionRefused(
    `the events of ${name} are handled in no order: its replicas share one consumer, so another number of partitions would change nothing`,
  );
};

interface Tools extends RepartitionOptions {
  readonly bus: NatsBus;
  readonly mover: StreamMover;
  /** @throws RepartitionRefused when somebody else moves the stream by now */
  readonly ours: () => Promise<void>;
}

const moveOrCarryOn = async (tools: Tools): Promise<Repartitioned> => {
  const { service, mover, partitions, dryRun } = tools;
  const { name } = service.stream;
  const found = await mover.find();
  if (!found) throw new RepartitionRefused(`there is no stream ${name}`);
  const now = partitionsIn(found.config);
  if (now === undefined) {
    throw new RepartitionRefused(`the stream ${name} does not say how many partitions it has`);
  }
  const isNew = typeof now === 'number';
  if (now === partitions) {
    if (!dryRun) await forgetMarks(mover, service.stream);
    return { kind: 'has-them-already' };
  }
  const moving = isNew ? newMove(now, partitions, found) : now;
  if (moving.to !== partitions) {
    throw new RepartitionRefused(
      `a move from ${moving.from} to ${moving.to} partitions has begun: end it first, with --partitions ${moving.to}`,
    );
  }
  const { messages } = found.state;
  await refuseObstacles(tools, moving, isNew);
  if (dryRun) return { kind: 'could-be-moved', from: moving.from, messages };
  if (isNew) await forgetMarks(mover, service.stream);
  tools.onBegin?.(messages);
  await moveWithPatience(tools, moving);
  await forgetMarks(mover, service.stream);
  return { kind: 'moved', from: moving.from, messages };
};

const newMove = (from: number, to: number, { config }: FoundStream): Moving => ({
  from,
  to,
  maxBytes: Number(config['max_bytes'] ?? -1),
});

/** A worker that has ended without saying so is believed to run for so long. */
const believedMs = 6_500;

const refuseObstacles = async (tools: Tools, { from }: Moving, isNew: boolean): Promise<void> => {
  await refuseWhoRuns(tools);
  if (!isNew) return;
  const service = { ...tools.service, stream: { ...tools.service.stream, partitions: from } };
  const obstacles = await obstaclesOf({ ...tools, service });
  if (obstacles.length > 0) throw new RepartitionRefused(obstacles.join('\n'));
};

const refuseWhoRuns = async (
  { mover, service, services }: Tools,
  ...notes: readonly string[]
): Promise<void> => {
  let running: readonly string[] = [];
  await within(believedMs, async () => {
    running = await whoRuns(mover, service, services);
    return running.length === 0;
  });
  if (running.length > 0) throw new RepartitionRefused([...running, ...notes].join('\n'));
};

/** What is on its way between the servers of a cluster has arrived by then. */
const arrivedMs = 600;

/** Asked twice: another server may not have heard yet of who has just come. */
const refuseWhoCame = async (tools: Tools): Promise<void> => {
  const closed = `${tools.service.stream.name} is closed by now, and stays so until you call again`;
  await refuseWhoRuns(tools, closed);
  await sleep(arrivedMs);
  await refuseWhoRuns(tools, closed);
};

const within = async (ms: number, isDone: () => Promise<boolean>): Promise<boolean> => {
  for (const until = performance.now() + ms; ; await sleep(250)) {
    if (await isDone()) return true;
    if (performance.now() > until) return false;
  }
};

const mostTries = 30;
const pauseMs = 1_000;

/** What was not answered is found out from the stream, as after a crash. */
const moveWithPatience = async (tools: Tools, moving: Moving): Promise<void> => {
  const { bus, service, mover, ours, onWritten = () => {}, onStep = () => {} } = tools;
  const messages = bus.messages(service.stream.name);
  const by = `${userInfo().username}@${hostname()}`;
  const { now } = systemClock;
  const alone = (): Promise<void> => refuseWhoCame(tools);
  for (let tries = 1; ; tries++) {
    try {
      await moveStream({
        service,
        mover,
        moving,
        ours,
        alone,
        messages,
        by,
        now,
        onWritten,
        onStep,
      });
      return;
    } catch (error) {
      const mayPass = error instanceof BusUnavailable || error instanceof NotAlone;
      if (!mayPass || tries >= mostTries) throw error;
      await sleep(pauseMs);
    }
  }
};
