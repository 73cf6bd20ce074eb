import type { Clock } from '../../infra/pipeline/clock.ts';
import type { Bus } from '../../infra/pipeline/ports.ts';
import type { StreamSight } from '../../infra/pipeline/stream-watch.ts';
import { ageOf } from '../lag-page.ts';
import type { Observation } from '../observation.ts';
import type { ServiceConsumer } from '../service-lag.ts';
import type { Sampler } from './sampler.ts';
import type {
  BrokerStatus,
  PartitionsOfStreams,
  ServerStatus,
  ServiceStatus,
  StatusDocument,
  StreamStatus,
} from './status-document.ts';
import { troublesOf } from './troubles.ts';

export interface StatusParts {
  readonly observation: Observation;
  readonly sampler: Sampler;
  readonly bus: Pick<Bus, 'isConnected'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What is known of the system now, in one document. */
export const statusOf = (parts: StatusParts): StatusDocument => {
  const { observation, sampler, bus, clock } = parts;
  const sights = sightsOf(observation);
  const broker = { isConnected: bus.isConnected(), servers: serversOf(sights) };
  const services = observation.services.map((service) => serviceOf(service, parts));
  const streams = [...sights].map(([stream, sight]) => streamOf(stream, sight));
  return {
    asOf: new Date(clock.now()).toISOString(),
    troubles: troublesOf({ broker, services, streams }),
    ...{ broker, services, streams },
    gateway: sampler.replicasOf('gateway'),
    figures: sampler.figures.status,
    history: sampler.figures.history,
  };
};

/** How the streams were last seen that there are. */
const sightsOf = ({ streams }: Observation): ReadonlyMap<string, StreamSight> => {
  const sights = new Map<string, StreamSight>();
  for (const { stream, readings } of streams) {
    const seen = readings.seen();
    const sight = seen.kind === 'seen' ? seen.value : seen.last;
    if (sight) sights.set(stream.name, sight);
  }
  return sights;
};

const serviceOf = (service: string, { observation, sampler, bus }: StatusParts): ServiceStatus => {
  const lag = observation.lagOf(service);
  const known = lag?.kind === 'known' ? lag : undefined;
  const waitingEvents = known && known.pending + known.unacknowledged;
  const replicas = sampler.replicasOf(service);
  const readyReplicas = replicas.filter(({ state }) => state === 'ready').length;
  const isIdle = waitingEvents === undefined ? undefined : waitingEvents === 0;
  const found = observation.letters.find((one) => one.service === service)?.readings.seen();
  const letters = found?.kind === 'seen' ? found.value : undefined;
  return {
    ...{ service, replicas, readyReplicas, waitingEvents },
    isUp: bus.isConnected() ? readyReplicas > 0 || isIdle : undefined,
    oldestWaitingSeconds: known && ageOf(known.oldestStoredAt, known.asOf),
    scheduledRetries: known?.scheduledRetries,
    deadLetters: letters?.held,
    parkedKeys: letters?.parkedKeys,
    partitionsWithoutOwner: known && unownedAmong(known.consumers),
  };
};

/** The consumer of a partition is named `<service>-<partition>`. */
const unownedAmong = (consumers: readonly ServiceConsumer[]): PartitionsOfStreams => {
  const unowned: Record<string, number[]> = {};
  for (const { stream, consumer, isPinned, waitingPulls } of consumers) {
    const partition = Number(/-(\d+)$/.exec(consumer)?.[1] ?? Number.NaN);
    // Who asks for an idle one gets it pinned with the first event.
    const isOwned = isPinned !== false || waitingPulls > 0;
    if (isOwned || Number.isNaN(partition)) continue;
    unowned[stream] = [...(unowned[stream] ?? []), partition].sort((one, other) => one - other);
  }
  return unowned;
};

const streamOf = (stream: string, sight: StreamSight): StreamStatus => ({
  stream,
  messages: sight.messages,
  bytes: sight.bytes,
  limitBytes: sight.limitBytes,
  replicas: sight.replicas,
});

const serversOf = (sights: ReadonlyMap<string, StreamSight>): BrokerStatus['servers'] => {
  const servers = new Map<string, ServerStatus>();
  for (const [stream, { servers: found }] of sights) {
    for (const { name, isLeader, isCurrent, isOnline } of found) {
      const known = servers.get(name) ?? { name, isOnline: true, leads: [], isBehindIn: [] };
      servers.set(name, {
        name,
        isOnline: known.isOnline && isOnline,
        leads: isLeader ? [...known.leads, stream] : known.leads,
        isBehindIn: isCurrent ? known.isBehindIn : [...known.isBehindIn, stream],
      });
    }
  }
  return [...servers.values()].sort((one, other) => one.name.localeCompare(other.name));
};
